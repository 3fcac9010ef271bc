"""Whatever interrupts an update, the device goes on with a model, and the next update works."""

import os
import random
import resource
import signal
import time

import pytest

from emotion_edge.errors import RunError
from emotion_edge.updates.update import update
from tests.edge.updates.devices import TriedDevice

CUTS = 50


def run_and_kill(tester, work, seconds: float) -> None:
    """Do work in a process that is killed after some seconds."""
    if not (pid := os.fork()):
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def duration(work) -> float:
    """Return the seconds that work takes."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


class Durable(TriedDevice):
    """Its models are in a file, so that they outlive a process."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        models, file = self.models, self.folder / "in-use"
        install = models.install

        def install_durably(path, name):
            yield from install(path, name)
            file.with_suffix(".new").write_bytes(models.content)
            file.with_suffix(".new").replace(file)

        models.install = install_durably
        self.file = file

    def wake(self) -> None:
        """Start again after a power cut."""
        self.models.installed = [self.file.read_bytes()] if self.file.exists() else []


def test_a_power_cut_in_an_update_does_no_harm(tmp_path, publisher, web):
    dice = random.Random(26)
    device = Durable(tmp_path, publisher, web)
    device.enrol()
    longest = duration(device.update)
    for number in range(3, 3 + CUTS):
        publisher.add(f"release-{number}", b"%d" % number * 100_000, number)
        if number % 5 == 0:
            publisher.rotate("root", "timestamp")
        publisher.publish()
        run_and_kill(device, device.update, dice.uniform(0, longest))
        device.wake()
        assert device.models.content
    device.update()
    device.wake()
    assert device.models.content == b"%d" % number * 100_000
    left = [path for path in device.device.models.iterdir() if path.is_dir()]
    assert left == [device.device.models / "metadata"]
    assert not list(left[0].glob("tmp*"))


def test_a_power_cut_in_an_enrolment_leaves_one_that_works_or_none(tmp_path, publisher, web):
    dice = random.Random(26)
    longest = 0.0
    for number in range(CUTS // 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        device = TriedDevice(folder, publisher, web)
        if not number:
            longest = duration(device.enrol)
            continue
        run_and_kill(device, device.enrol, dice.uniform(0, longest))
        if not (device.device.models / "enrolment.json").exists():
            device.enrol()
        device.update()
        assert device.models.content == b"eleven"


@pytest.mark.parametrize("name", ["root", "timestamp", "snapshot", "targets", "1.root", "2.root"])
@pytest.mark.parametrize("content", [b"", b'{"signed": {', b"\0" * 1000, None])
def test_damaged_metadata_heals(tester, name, content):
    tester.publisher.rotate("timestamp")
    tester.publisher.publish()
    tester.update()
    folder = tester.device.models / "metadata"
    path = folder / ("root_history" if name[0].isdigit() else "") / f"{name}.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    tester.recovers("2027-01", b"new", 4)
    assert tester.trusted()["targets"] == tester.publisher.files[tester.publisher.path("targets")]


def test_metadata_that_is_gone_heals(tester):
    folder = tester.device.models / "metadata"
    folder.rename(tester.folder / "away")
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("name", ["", "root_history", "timestamp.json", "root.json"])
def test_metadata_of_another_kind_is_told(tester, name):
    path = tester.device.models / "metadata" / name
    path.rename(tester.folder / "away")
    path.mkdir() if name.endswith("json") else path.write_text("a file")
    if name == "timestamp.json":
        tester.publisher.publish()
    with pytest.raises(RunError, match="not what TUF writes there; remove the folder"):
        tester.update()
    path.rmdir() if path.is_dir() else path.unlink()
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"version": 1}', b"[" * 9999])
def test_a_damaged_state_begins_anew(tester, content, caplog):
    (tester.device.models / "update.json").write_bytes(content)
    tester.recovers("2027-01", b"new", 4)
    assert "update.json: cannot be read, so it begins anew" in caplog.text


def test_a_full_disk_is_told(tester):
    """A limit on the size of files stands for it."""
    tester.publisher.add("2026-12", b"twelve" * 100_000, 3)
    tester.publisher.publish()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        tester.is_refused("cannot write to", "File too large", "make room", keeps=("root",))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    tester.recovers("2027-01", b"new", 4)


def test_a_state_that_cannot_be_written_afterwards_is_told(tester):
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    lock = tester.device.models / "update.json.lock"
    for line in (run := update(tester.device)):
        if line == "2026-12 is in use":
            break
    lock.unlink()
    lock.mkdir()
    with pytest.raises(RunError, match=r"cannot write to .*: .*; 2026-12 is in use now"):
        list(run)
    lock.rmdir()
    assert tester.update()[1:] == ["2026-12 is in use, as it should be"]
    assert tester.state.installed == "2026-12"
    assert not tester.state.failures


def test_a_disk_that_is_full_from_the_start_is_told(tester):
    tester.publisher.add("2026-12", b"twelve", 3)
    tester.publisher.publish()
    before = tester.trusted()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(RunError, match="the model in use stays; make room"):
            tester.update()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert tester.trusted() == before
    tester.recovers("2027-01", b"new", 4)
