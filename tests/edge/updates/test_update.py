"""A device runs the newest release that admits it, and nothing else."""

import hashlib
import json
import stat

import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.updates.update import update
from tests.edge.updates.devices import Models


def test_an_enrolled_device_takes_the_newest_release(new):
    lines = new.enrol()
    assert lines[0] == f"enrolled: this device takes models from {new.web.url}"
    assert "2026-11" in "\n".join(lines)
    assert (new.state.installed, new.state.latest) == ("emotion-compact", "2026-11")
    assert not new.models.installed
    lines = new.update()
    assert new.models.installed == [b"eleven"]
    assert lines == [
        f"asking {new.web.url}",
        "fetching 2026-11: 6 bytes",
        "installing 2026-11",
        "trying 2026-11",
        "2026-11 is in use",
    ]
    assert (new.state.installed, new.state.latest) == ("2026-11", "2026-11")
    assert new.update()[1:] == ["2026-11 is in use, as it should be"]
    assert new.models.installed == [b"eleven"]


def test_a_check_installs_nothing(new):
    new.enrol()
    (_, line) = new.update(only_check=True)
    assert "this device should run 2026-11, and runs emotion-compact" in line
    assert not new.models.installed
    assert new.state.latest == "2026-11"
    assert not [path for path, _ in new.web.requests if path.startswith("/targets")]


def test_the_state_is_for_everybody_and_the_address_for_root(tester):
    folder = tester.device.models
    assert stat.S_IMODE((folder / "update.json").stat().st_mode) == 0o644
    assert stat.S_IMODE((folder / "enrolment.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "update.lock").stat().st_mode) == 0o644
    values = json.loads((folder / "update.json").read_text())
    assert values.pop("checked").endswith("Z")
    assert values.pop("wanted") == hashlib.sha256(b"eleven").hexdigest()
    assert values == {
        "version": 1,
        "installed": "2026-11",
        "latest": "2026-11",
        "progress": None,
        "problem": "",
        "rejected": {},
        "failures": {},
        "program": "1.0.0",
    }


def test_the_progress_is_told_and_ends(new):
    seen = []

    class Looking(Models):
        def install(self, file, name):
            seen.append(new.state.progress)
            yield from super().install(file, name)

    new.publisher.add("large", b"x" * 3_000_000, 3)
    new.publisher.publish()
    new.models = Looking(new.folder)
    new.be(installer=new.models)
    new.enrol()
    new.update()
    assert seen == [100]
    assert new.state.progress is None


def test_a_withdrawn_release_gives_way_to_the_one_before(tester):
    tester.publisher.change("2026-11", percent=0)
    tester.publisher.publish()
    lines = tester.update()
    assert "2026-11 is not for this device any more" in lines
    assert tester.models.content == b"ten"
    assert tester.state.latest == "2026-10"
    tester.publisher.change("2026-11", percent=100)
    tester.publisher.publish()
    tester.update()
    assert tester.models.content == b"eleven"


def test_a_device_that_no_release_admits_keeps_a_model_that_is_none(tester):
    for name in ("2026-10", "2026-11"):
        tester.publisher.change(name, percent=0)
    tester.publisher.publish()
    tester.models.installed.append(b"by hand")
    tester.models.name = "mine"
    assert tester.update()[1:] == ["no release is for this device; it keeps mine"]
    assert (tester.state.latest, tester.state.wanted) == ("mine", "")


def test_a_release_that_does_not_work_is_not_taken_again(tester):
    tester.models.unfit.append(b"twelve")
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    with pytest.raises(RunError, match="2026-12 does not work here: its self-test fails"):
        tester.update()
    assert tester.models.content == b"eleven"
    assert "its self-test fails" in tester.state.problem
    assert list(tester.state.rejected.values()) == ["its self-test fails"]
    tester.web.requests.clear()
    told = "2026-12 is newer, but was rejected: its self-test fails"
    assert tester.update()[1:] == [told, "2026-11 is in use, as it should be"]
    assert tester.update(only_check=True)[1] == tester.state.problem == told
    assert tester.state.latest == "2026-11"
    assert not [path for path, _ in tester.web.requests if path.startswith("/targets")]
    tester.recovers("2027-01", b"mended", 4)


def test_if_the_newest_does_not_work_the_next_best_is_taken(new):
    new.models.unfit.append(b"eleven")
    new.enrol()
    with pytest.raises(RunError, match="2026-11 does not work here"):
        new.update()
    assert new.models.content == b"ten"
    assert new.state.installed == "2026-10"


@pytest.mark.parametrize("error", [RunError("the camera was lost"), UserError("no runtime")])
def test_what_the_release_is_not_to_blame_for_is_tried_again(tester, error):
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    tester.models.broken = error
    tester.is_refused(str(error), keeps=("root",))
    assert not tester.state.rejected
    tester.models.broken = None
    tester.update()
    assert tester.models.content == b"twelve"


def test_a_device_that_is_not_enrolled_is_told_how(new):
    with pytest.raises(UserError, match="enrol it once: sudo emotion-edge update --enrol"):
        new.update()
    assert not new.device.models.exists()


def test_two_updates_at_once_are_refused(tester):
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    first = update(tester.device)
    next(first)
    with pytest.raises(RunError, match="another update runs"):
        tester.update()
    assert list(first)[-1] == "2026-12 is in use"


def test_an_update_that_is_interrupted_leaves_nothing(tester):
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    run = update(tester.device)
    for line in run:
        if line == "installing 2026-12":
            break
    run.close()
    assert tester.state.progress is None
    assert not list(tester.device.models.glob(".unfinished*"))
    tester.update()
    assert tester.models.content == b"twelve"
