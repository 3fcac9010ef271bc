"""`percent NAME 0` takes a model back, also where no other release is for the device."""

import hashlib

import pytest

from emotion_edge.errors import RunError


@pytest.fixture
def withdraw(tester):
    """A function that gives releases to no device any more."""

    def withdraw(*names: str) -> None:
        for name in names:
            tester.publisher.change(name, percent=0)
        tester.publisher.publish()

    return withdraw


def test_the_shipped_model_takes_the_place_if_the_one_before_was_withdrawn_too(tester, withdraw):
    tester.models.installed = [b"ten", b"eleven"]
    withdraw("2026-10", "2026-11")
    lines = tester.update()[1:]
    assert lines == ["2026-11 is not for this device any more", "emotion-compact is in use"]
    assert not tester.models.installed
    state = tester.state
    assert (state.installed, state.latest) == ("emotion-compact", "emotion-compact")
    assert state.problem == ""
    assert tester.update()[1:] == ["no release is for this device; it keeps emotion-compact"]


def test_the_model_before_takes_the_place_if_it_is_no_release(tester, withdraw):
    tester.models.installed = [b"by hand", b"eleven"]
    withdraw("2026-10", "2026-11")
    tester.update()
    assert tester.models.installed == [b"by hand"]


def test_the_model_before_does_not_come_back_if_it_was_rejected(tester, withdraw):
    tester.models.installed = [b"by hand", b"eleven"]
    digest = hashlib.sha256(b"by hand").hexdigest()
    path = tester.device.models / "update.json"
    path.write_text(path.read_text().replace('"rejected": {}', f'"rejected": {{"{digest}": "it"}}'))
    withdraw("2026-10", "2026-11")
    tester.update()
    assert not tester.models.installed


def test_a_check_tells_of_it_and_changes_nothing(tester, withdraw):
    withdraw("2026-10", "2026-11")
    lines = tester.update(only_check=True)[1:]
    told = "2026-11 is not for this device any more"
    assert lines == [told, "to go back to the model before: sudo emotion-edge update"]
    assert tester.state.problem == told
    assert tester.models.content == b"eleven"


def test_it_goes_back_if_the_only_other_release_does_not_work(tester, withdraw):
    tester.models.unfit.append(b"ten")
    withdraw("2026-11")
    with pytest.raises(RunError, match="2026-10 does not work here: its self-test fails"):
        tester.update()
    assert not tester.models.installed
    assert tester.state.installed == "emotion-compact"


def test_a_release_for_a_newer_program_is_left_as_well(tester):
    for name in ("2026-10", "2026-11"):
        tester.publisher.change(name, least_version="1.0.1")
    tester.publisher.publish()
    tester.update()
    assert not tester.models.installed
