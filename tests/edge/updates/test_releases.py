"""Which release a device runs."""

import hashlib
from itertools import pairwise

import pytest

from emotion_edge.updates.releases import choose, parse_release, parse_version
from tests.edge.updates.publisher import custom_fields

HASHES = {"sha256": "ab" * 32}
SALT = "0123456789abcdef" * 2


def release(name="2026-12", number=1, sha256="ab" * 32, **changes):
    custom = custom_fields(name, number, **changes)
    return parse_release(f"{name}.tflite", custom, 5, {"sha256": sha256})


def test_the_devices_of_a_small_share_are_among_those_of_a_larger_one():
    devices = [str(number) for number in range(10_000)]
    shares = [0, 1, 5, 50, 99, 100]
    chosen = [
        {each for each in devices if release(salt=SALT, percent=share).admits(each, "1.0.0")}
        for share in shares
    ]
    assert all(small <= large for small, large in pairwise(chosen))
    for share, found in zip(shares, chosen, strict=True):
        # Three standard deviations, which is exact at both ends.
        deviation = (share * (100 - share)) ** 0.5
        assert abs(len(found) - 100 * share) <= 3 * deviation


@pytest.mark.parametrize("share", ["0.5", "5e-1", 0, "0", 100, "100"])
def test_a_share_may_have_a_fraction(share):
    devices = [str(number) for number in range(10_000)]
    found = [each for each in devices if release(salt=SALT, percent=share).admits(each, "1.0.0")]
    assert abs(len(found) - 100 * float(share)) <= 3 * (float(share) * (100 - float(share))) ** 0.5


def test_another_salt_draws_other_devices():
    devices = [str(number) for number in range(10_000)]
    first, second = (
        {each for each in devices if release(salt=salt * 32, percent=50).admits(each, "1.0.0")}
        for salt in "ab"
    )
    assert 0.45 < len(first & second) / len(first) < 0.55


def test_the_draw_is_as_it_is_documented():
    """The publisher's tools and a simulation rely on it."""
    number = int.from_bytes(hashlib.sha256(f"{SALT}:device".encode()).digest()[:8], "big")
    share = number / 2**64 * 100
    assert not release(salt=SALT, percent=int(share)).admits("device", "1.0.0")
    assert release(salt=SALT, percent=int(share) + 1).admits("device", "1.0.0")


@pytest.mark.parametrize(
    ("least", "version", "admitted"),
    [
        ("1.9.0", "1.10.0", True),
        ("1.10.0", "1.9.0", False),
        ("1.0", "1.0.0", True),
        ("1.0.0", "1.0", True),
        ("1.0.1", "1.0", False),
        ("2", "10.0.0", True),
        ("1.1.0", "1.1.0.dev3", True),
        ("1.0.0", "unknown", False),
    ],
)
def test_versions_are_compared_as_numbers(least, version, admitted):
    assert release(least_version=least).admits("device", version) is admitted


def test_a_version_of_a_debian_package_or_a_candidate_is_read():
    assert parse_version("1.2.3rc1") == (1, 2, 3, 0)
    assert parse_version("1.2.3-1") == (1, 2, 3, 0)


def test_the_newest_that_admits_the_device_is_chosen():
    old, new = release("a", 9, "11" * 32), release("b", 10, "22" * 32)
    assert choose([old, new], "d", "1.0.0", ()) == new
    assert choose([new, old], "d", "1.0.0", ()) == new
    assert choose([old, new], "d", "1.0.0", {new.sha256}) == old
    assert choose([old, new], "d", "1.0.0", {old.sha256, new.sha256}) is None
    assert choose([], "d", "1.0.0", ()) is None
    withdrawn = release("b", 10, "22" * 32, percent=0)
    later = release("b", 10, "22" * 32, least_version="1.0.1")
    assert choose([old, withdrawn], "d", "1.0.0", ()) == old
    assert choose([old, later], "d", "1.0.0", ()) == old


def test_all_devices_make_one_choice_between_two_of_one_number():
    first, second = release("a", 9, "11" * 32), release("b", 9, "22" * 32)
    assert choose([first, second], "d", "1.0.0", ()) == choose([second, first], "d", "1.0.0", ())


WRONG = [
    *({"name": each} for each in (None, "", " ", 5, ["a"], "a" * 101, "a\nb", "\u202eb")),
    *({"number": each} for each in (None, 0, -1, "3", 3.0, True, 10**400, [], {})),
    *({"percent": each} for each in (None, -1, 101, "5 %", "nan", "-1", "100.1", "1e9", True, [])),
    *(
        {"least_version": each}
        for each in (None, 1, "", "1.x", "1." * 9, "1" * 99, "v1", "1\n", "\u0661")
    ),
    *({"salt": each} for each in (None, "", 5, "0" * 31, "0" * 33, "G" * 32, "0" * 32 + "\n")),
]


@pytest.mark.parametrize("changes", WRONG)
def test_a_value_that_cannot_be_is_told(changes):
    (key,) = changes
    with pytest.raises(ValueError, match=f"^its {key} is "):
        parse_release("a.tflite", {**custom_fields("a", 1), **changes}, 5, HASHES)


@pytest.mark.parametrize("custom", [None, 5, "text", [], {}, {"name": "a"}])
def test_fields_that_are_missing_are_told(custom):
    with pytest.raises(ValueError, match=r"^its (name|number) is None"):
        parse_release("a.tflite", custom, 5, HASHES)


@pytest.mark.parametrize(
    "path",
    [
        *("", "a", ".tflite", "../a.tflite", "a/b.tflite", "/a.tflite", "a\\b.tflite"),
        *("%2e%2e.tflite", "a?b.tflite", "a#b.tflite", "a\0.tflite", "a\n.tflite", "..tflite"),
        *("a" * 200 + ".tflite", "http://elsewhere.example/a.tflite", "a.tflite/", "a.TFLITE"),
    ],
)
def test_a_path_with_tricks_is_told(path):
    with pytest.raises(ValueError, match=r"^its path is "):
        parse_release(path, custom_fields("a", 1), 5, HASHES)


@pytest.mark.parametrize("length", [0, -1, 64 * 1024**2 + 1, 10**400, True])
def test_a_length_that_no_model_has_is_told(length):
    with pytest.raises(ValueError, match=r"^its length is "):
        parse_release("a.tflite", custom_fields("a", 1), length, HASHES)


@pytest.mark.parametrize(
    "hashes", [{}, {"sha512": "ab" * 64}, {"sha256": "ab"}, {"sha256": "A" * 64}]
)
def test_a_digest_that_is_none_is_told(hashes):
    with pytest.raises(ValueError, match=r"^its sha256 is "):
        parse_release("a.tflite", custom_fields("a", 1), 5, hashes)


def test_names_in_other_scripts_are_names():
    assert parse_release("模型.tflite", custom_fields("模型 3", 1), 5, HASHES).name == "模型 3"


def test_wrong_releases_are_left_out_and_told(tester, caplog):
    tester.publisher.add_target("../../etc/passwd.tflite", b"evil", custom_fields("evil", 99))
    tester.publisher.add_target("notes.txt", b"for others", {"anything": "else"})
    for number, changes in enumerate(WRONG):
        custom = {**custom_fields("wrong", 50), **changes}
        if not isinstance(changes.get("number"), float):  # of which there can be no signature
            tester.publisher.add_target(f"wrong-{number}.tflite", b"wrong", custom)
    tester.recovers("2027-01", b"new", 4)
    assert "'../../etc/passwd.tflite': it is no release for this program: its path" in caplog.text
    assert "wrong-1.tflite" in caplog.text
    assert "notes.txt" not in caplog.text
