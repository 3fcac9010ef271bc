"""How often a release is tried that does not work here."""

import os

import pytest

from emotion_edge.errors import RunError
from emotion_edge.updates.state import ROLLED_BACK, Report
from emotion_edge.updates.update import update


@pytest.fixture
def stalling(tester):
    """A device for which there is a release that stalls."""
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    tester.models.stalls.append(b"twelve")
    return tester


def test_what_may_be_chance_is_tried_three_times(stalling):
    for number in (1, 2, 3):
        assert not stalling.state.rejected
        with pytest.raises(RunError, match=rf"it stalls \({number} of 3 tries\)"):
            stalling.update()
        assert stalling.models.content == b"eleven"
        assert f"({number} of 3 tries)" in stalling.state.problem
        assert stalling.state.latest == "2026-11"
    assert list(stalling.state.rejected.values()) == ["it stalls (3 of 3 tries)"]
    assert not stalling.state.failures
    stalling.web.requests.clear()
    stalling.update()
    assert not [path for path, _ in stalling.web.requests if path.startswith("/targets")]


def test_a_check_tells_of_the_tries_so_far(stalling):
    with pytest.raises(RunError):
        stalling.update()
    told = "2026-12 has failed in 1 of 3 tries"
    assert stalling.update(only_check=True)[1] == stalling.state.problem == told
    assert stalling.state.latest == "2026-12"


def test_the_next_best_is_used_meanwhile(new):
    new.models.stalls.append(b"eleven")
    new.enrol()
    with pytest.raises(RunError, match=r"2026-11 does not work here: it stalls \(1 of 3 tries\)"):
        new.update()
    assert new.models.content == b"ten"
    new.models.stalls.clear()
    new.update()
    assert new.models.content == b"eleven"
    assert not new.state.failures
    assert new.state.problem == ""


def test_a_trial_that_takes_the_device_down_counts(stalling):
    install = stalling.models.install

    def die(file, name):
        yield from ()
        os._exit(9)

    stalling.models.install = die
    for number in (1, 2, 3):
        if not (pid := os.fork()):
            stalling.update()
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
        assert list(stalling.state.failures.values()) == [number]
        assert stalling.state.progress == 100
    stalling.models.install = install
    stalling.models.stalls.clear()
    with pytest.raises(RunError, match="none of 3 tries has come to its end"):
        stalling.update()
    assert stalling.models.content == b"eleven"
    assert stalling.state.rejected and stalling.state.progress is None


def test_what_the_release_is_not_to_blame_for_does_not_count(stalling):
    stalling.models.broken = RunError("the camera was lost")
    with pytest.raises(RunError, match="the camera was lost"):
        stalling.update()
    assert not stalling.state.failures


def test_another_version_of_the_program_tries_all_again(stalling):
    stalling.models.unfit.append(b"eleven")
    stalling.models.installed.clear()
    for _ in range(2):
        with pytest.raises(RunError):
            stalling.update()
    report = Report(stalling.device.models)
    report.installed_by_hand("2026-10", "ab" * 32, left="cd" * 32)
    assert len(stalling.state.rejected) == 2 and stalling.state.failures
    stalling.models.unfit.clear()
    stalling.models.stalls.clear()
    stalling.be(version="1.0.1")
    stalling.update()
    assert stalling.models.content == b"twelve"
    assert stalling.state.rejected == {"cd" * 32: ROLLED_BACK}  # for people decide that
    assert not stalling.state.failures


def test_what_a_killed_update_left_is_cleared_by_the_next(tester):
    Report(tester.device.models).tell(progress=40)
    run = update(tester.device)
    next(run)
    assert tester.state.progress is None
    run.close()
