"""Publish models for a fleet of devices, good and bad ones, with --updates.

Each device has a folder and an id of its own, and looks at a static web server on this machine for
what it should run. Those that should run another model start their daemon and update in processes
of their own, some at a time; the daemon is started again when it is killed, as systemd does. Three
models come, each as `python -m convert.publish` signs it:

wrong-vector  for 5 %: its golden vector is none that a machine computes; stopped by percent 0
stalls        for 5 %: passes its self-test, then hangs on a blue picture; stopped by percent 0
good          for 5 %, 50 %, 100 %

A bad one goes to all devices if none is among the 5 %, as can be with few. The benchmark fails
unless some device has tried each bad model, none has kept it, and all end with the good one.
"seconds" are those of the whole
step on this machine, "an update" those of one device, with --watch seconds of watching. Bytes are
of HTTP bodies and headers. What more devices would cost is calculated from what one of them takes,
each looking once a day at a random moment of six hours, as emotion-edge-update.timer does.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PIL import Image

from bench._fleet.installing import UpdatedDevice
from bench._fleet.releases import Publisher
from bench._fleet.web import CountingServer
from emotion_edge.errors import RunError
from emotion_edge.model.model_file import Model
from emotion_edge.model.store.choice import candidates

RECORDING = Path("build/rollout")
AT_ONCE = 8
BAD = ("wrong-vector", "stalls")
MANY, WINDOW_S = 100_000, 6 * 3600
STEPS: Sequence[tuple[str, float]] = (
    ("wrong-vector", 5),
    ("wrong-vector", 0),
    ("stalls", 5),
    ("stalls", 0),
    ("good", 5),
    ("good", 50),
    ("good", 100),
    ("good", 100),
)


def roll_out(devices: int, watch: float) -> None:
    """Publish the models for so many devices, and print what each step took."""
    source = _write_colours(RECORDING, 600)
    with tempfile.TemporaryDirectory() as folder:
        publisher = Publisher(Path(folder))
        with CountingServer(publisher.repository) as server:
            fleet = [
                UpdatedDevice(number, Path(folder) / f"device-{number}", source, watch)
                for number in range(devices)
            ]
            _Rollout(fleet, publisher, server).run()
    shutil.rmtree(RECORDING)


class _Rollout:
    def __init__(
        self, fleet: Sequence[UpdatedDevice], publisher: Publisher, server: CountingServer
    ) -> None:
        self._fleet, self._publisher, self._server = fleet, publisher, server
        self._models: dict[str, Model] = {}

    def run(self) -> None:
        """Take every step, and check the end."""
        self._each(lambda device: device.enrol(self._server.url, self._publisher.root), self._fleet)
        print(f"{len(self._fleet)} devices, {AT_ONCE} at once")
        titles = ("wanted", "stayed", "went back", "seconds", "an update", "requests", "MB")
        print(f"{'release':>20}" + "".join(f"{title:>11}" for title in titles))
        for name, percent in STEPS:
            self._step(name, percent)
        good = self._models["good"].sha256
        bad = [device for device in self._fleet if candidates(device.models)[0].stem != good]
        if bad:
            raise RunError(f"{len(bad)} device(s) did not end on the good model")
        print(f"all {len(self._fleet)} devices are on the good model")
        self._calculate()

    def _step(self, name: str, percent: float) -> None:
        if name in self._models:
            self._publisher.percent(name, percent)
        else:
            self._models[name] = self._publisher.release(name, percent)
        start, requests, sent = time.monotonic(), self._requests, self._sent
        chosen, tried = self._choose(), name in BAD and percent > 0
        if tried and not chosen:
            percent = 100
            self._publisher.percent(name, percent)
            chosen = self._choose()
        done = self._each(UpdatedDevice.install, chosen)
        stayed = sum(stays for stays, _ in done)
        longest = f"{max(seconds for _, seconds in done):.1f}" if done else "-"
        figures = (
            *(len(chosen), stayed, len(chosen) - stayed, f"{time.monotonic() - start:.0f}"),
            *(longest, self._requests - requests, f"{(self._sent - sent) / 1e6:.2f}"),
        )
        print(f"{f'{name} {percent:g} %':>20}" + "".join(f"{each:>11}" for each in figures))
        if tried and (stayed or not chosen):
            raise RunError(f"{name}: {len(chosen)} device(s) tried it, and {stayed} kept it")

    def _choose(self) -> list[UpdatedDevice]:
        """Let all devices look, and return those that should run another model."""
        wanted = self._each(UpdatedDevice.wants_another, self._fleet)
        return [device for device, wants in zip(self._fleet, wanted, strict=True) if wants]

    @staticmethod
    def _each(act: Callable[[UpdatedDevice], Any], devices: Sequence[UpdatedDevice]) -> list[Any]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(act, devices))

    @property
    def _requests(self) -> int:
        return self._server.requests.total()

    @property
    def _sent(self) -> int:
        return self._server.sent.total()

    def _calculate(self) -> None:
        """Print what one device costs, measured, and many, calculated."""
        requests, sent = self._requests, self._sent
        self._fleet[0].wants_another()
        requests, sent = self._requests - requests, self._sent - sent
        model = self._models["good"].size
        print(f"a look with nothing new: {requests} requests, {sent:,} bytes")
        print(f"the good model: {model:,} bytes")
        print(f"calculated for {MANY:,} devices that look once a day within six hours:")
        rate, daily = MANY * requests / WINDOW_S, MANY * sent / 1e9
        print(f"  {rate:.1f} requests a second, {daily:.2f} GB a day")
        gigabytes = MANY * model / 1e9
        rate = MANY * model * 8 / WINDOW_S / 1e6
        print(f"  a new model for all on one day: {gigabytes:.0f} GB, {rate:.0f} Mbit/s on average")


def _write_colours(folder: Path, seconds: int) -> str:
    """Write a recording that shows another colour each second, and return its source."""
    folder.mkdir(parents=True, exist_ok=True)
    colours = ("red", "green", "blue")
    for colour in colours:
        Image.new("RGB", (64, 48), colour).save(folder / f"{colour}.png")
    rows = (f"{colours[i // 10 % 3]}.png,{i / 10:.1f}\n" for i in range(10 * seconds))
    (folder / "times.csv").write_text("file,seconds\n" + "".join(rows))
    return f"replay:{folder.resolve()}"
