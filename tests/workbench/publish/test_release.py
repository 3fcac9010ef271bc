"""`release`: what devices get, and which models and names are refused."""

import json
import resource

import pytest

from emotion_edge.model.model_file import SHIPPED, pack, read_model
from tests.edge.models import INT8, files_of, without_bias, without_zip
from tests.workbench.conftest import digests, overwrite


def new(file, name="2026-12", percent=5, *more):
    return "release", file, "--name", name, "--percent", percent, *more


def test_a_device_gets_the_model_and_what_is_said_about_it(publisher, enrol):
    device = enrol()
    assert (
        publisher.does(*new(SHIPPED)) == "published 2026-12 as number 1, for 5 % of the devices\n"
    )
    target = device.check()["2026-12"]
    salt = target.custom.pop("salt")
    assert len(bytes.fromhex(salt)) == 16
    assert target.custom == {
        "name": "2026-12",
        "number": 1,
        "least_version": "1.0.0",
        "percent": 5,
    }
    assert device.download("2026-12") == SHIPPED.read_bytes()


def test_numbers_count_on_and_each_release_reaches_other_devices_first(publisher, enrol):
    for name, file in (("one", None), ("two", INT8), ("three", SHIPPED)):
        publisher.release(name, 0, file)
    device = enrol()
    found = device.check()
    assert {name: each.custom["number"] for name, each in found.items()} == {
        "one": 1,
        "two": 2,
        "three": 3,
    }
    assert len({each.custom["salt"] for each in found.values()}) == 3
    assert device.download("two") == INT8.read_bytes()


def test_a_share_may_have_a_fraction(publisher, enrol):
    publisher.does(*new(SHIPPED, "a", "0.5", "--least-version", "1.12.0"))
    publisher.does(*new(INT8, "b", "50.0"))
    publisher.does(*new(publisher.model("c"), "c", "99.99999999999"))
    found = enrol().check()
    assert found["c"].custom["percent"] == "99.99999999999"
    assert (found["a"].custom["percent"], found["b"].custom["percent"]) == ("0.5", 50)
    assert found["a"].custom["least_version"] == "1.12.0"


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", ".hidden", "-x", "a b", "ü", "a\n", "x" * 61, "a%2fb", "a?b"]
)
def test_a_name_is_one_for_a_file_everywhere(name, publisher):
    error = publisher.refuses("release", SHIPPED, f"--name={name}", "--percent", 5)
    assert "not a name for a file everywhere" in error


def test_a_name_is_never_used_twice(publisher):
    publisher.release("2026-12")
    publisher.does("percent", "2026-12", 0)
    assert "there is a release of this name" in publisher.refuses(*new(INT8))


def test_a_file_is_never_released_twice(publisher):
    publisher.release("2026-12", 0, INT8)
    publisher.release("2027-01", 5)
    copy = publisher.folder / "copy.tflite"
    copy.write_bytes(INT8.read_bytes())
    error = publisher.refuses(*new(copy, "2027-02"))
    assert f"{copy}: this file is release 2026-12 already; change how many" in error
    assert error.endswith("`percent 2026-12 P`")


@pytest.mark.parametrize(
    "percent", ["-1", "100.1", "nan", "inf", "half", "", f"99.{30 * '9'}", "1e-300"]
)
def test_a_share_is_from_0_to_100(percent, publisher):
    error = publisher.refuses("release", SHIPPED, "--name=a", f"--percent={percent}")
    assert "argument --percent: " in error


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "1.0.0rc1", "", "1.0.x"])
def test_a_version_has_three_numbers(version, publisher):
    error = publisher.refuses(*new(SHIPPED, "a", 5, f"--least-version={version}"))
    assert "not a version, such as 1.0.0" in error


def with_wrong_golden_vector():
    files = files_of(INT8)
    golden = json.loads(files["golden.json"])
    golden["logits"][0] += 3
    return pack(
        without_zip(INT8),
        read_model(INT8).contract,
        {"golden.json": json.dumps(golden).encode(), "golden.png": files["golden.png"]},
    )


def test_only_a_whole_model_that_works_is_published(publisher):
    bad = publisher.folder / "bad.tflite"
    assert "cannot read the model" in publisher.refuses(*new(bad))
    overwrite(bad, SHIPPED.read_bytes(), 100)
    assert "not the one that was converted" in publisher.refuses(*new(bad))
    bad.write_bytes(without_zip(INT8))
    assert "no contract inside" in publisher.refuses(*new(bad))
    bad.write_bytes(pack(without_zip(INT8), read_model(INT8).contract))
    assert "no golden vector inside" in publisher.refuses(*new(bad))
    bad.write_bytes(without_bias())
    assert "the model does not work: " in publisher.refuses(*new(bad))
    bad.write_bytes(with_wrong_golden_vector())
    assert "gives different scores" in publisher.refuses(*new(bad))


def test_a_file_that_changes_meanwhile_is_refused(publisher, monkeypatch):
    file = publisher.folder / "changing.tflite"
    file.write_bytes(SHIPPED.read_bytes())
    for change in (lambda *_: file.write_bytes(INT8.read_bytes()), lambda *_: file.unlink()):
        monkeypatch.setattr("convert.publish.releases.try_model", change)
        result = publisher.quick(*new(file))
        assert result.returncode == 2
        assert "it was changed while it was read; try again" in result.stderr
    assert publisher.does("show").startswith("no release yet\n")


def test_a_full_disk_changes_nothing(publisher, enrol):
    before, limit = digests(publisher.folder), SHIPPED.stat().st_size // 2
    result = publisher(
        *new(SHIPPED),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert result.returncode == 1
    assert f"cannot write to {publisher.repository / 'targets'}" in result.stderr
    assert digests(publisher.folder) == before
    assert enrol().check() == {}
    publisher.release("2026-12")


@pytest.mark.parametrize("role", ["targets", "snapshot", "timestamp"])
def test_every_online_key_is_needed(role, publisher):
    file = publisher.key_file(role)
    file.unlink()
    assert f"there is no {file.name}, the {role} key" in publisher.refuses(*new(SHIPPED))


def test_a_damaged_key_and_a_key_of_another_repository_are_refused(publisher):
    file = publisher.key_file("targets")
    other = publisher.key_file("snapshot").read_bytes()
    for content in (b"", b"no key", other):
        file.write_bytes(content)
        assert f"{file}: not the key that this repository trusts, or damaged" in publisher.refuses(
            *new(SHIPPED)
        )


def test_the_root_key_is_not_needed(publisher):
    publisher.key_file("root").unlink()
    publisher.release("2026-12")
