"""What the whole daemon costs with nobody, one and three people in view: see `bench.daemon`."""

import itertools
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from bench._daemon.process import cost, daemon, spread
from bench._finder.invokes import CountedInvokes
from bench._finder.streams import EVERY, FILMS, MOST_OF_A_CORE, RATE, frames
from bench._scenes import HEIGHT, WIDTH
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer

MOST_OVER_INVOKES = 1.5  # goal for one face
TIMED = 300  # invokes whose median counts
ROWS = tuple(MOST_OF_A_CORE)


class Invokes(NamedTuple):
    """How often a second each network runs, and how to run it; looks: those of the detector."""

    looks: float
    networks: list[tuple[float, Callable[[], object]]]

    def cost(self) -> float:
        """Return what they take of a core, timed now."""
        return sum(rate * _cpu_time(invoke) for rate, invoke in self.networks)


def measure_people(seconds: int, rounds: int) -> None:
    """Measure each row in turn, and print the table."""
    films = {name: [frame.pixels.tobytes() for frame in frames(FILMS[name])] for name in ROWS}
    invokes = {name: _count_invokes(name) for name in ROWS}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ROWS}
    for _, name in itertools.product(range(rounds), ROWS):
        busy = _cost_of(films[name], seconds)
        found[name].append((100 * busy, 100 * invokes[name].cost()))
    _print_rows(found, invokes, rounds)


def _count_invokes(name: str) -> Invokes:
    """Process a film once; return how often the networks ran."""
    classifier, detector = Classifier(), FaceDetector()
    looks = CountedInvokes.of_detector(detector)
    networks = [*looks, CountedInvokes.of(classifier.network)]
    analyzer, seen = FaceAnalyzer(classifier, detector, search_every=EVERY), 0
    for frame in frames(FILMS[name]):
        analyzer.process(frame)
        seen += 1
    rate = RATE / seen
    return Invokes(
        sum(each.number for each in looks) * rate,
        [(each.number * rate, each.invoke) for each in networks],
    )


def _cpu_time(invoke: Callable[[], object]) -> float:
    """Return the median of the processor seconds of an invoke."""
    times = []
    for _ in range(TIMED):
        start = time.thread_time()
        invoke()
        times.append(time.thread_time() - start)
    return statistics.median(times)


def _cost_of(film: list[bytes], seconds: float) -> float:
    """Return what the daemon takes of a core while a film is played to it again and again."""
    options = ("--source", "-", "--size", f"{WIDTH}x{HEIGHT}", "--live", "--fps", str(RATE))
    with daemon(*options, stdin=subprocess.PIPE) as process:
        threading.Thread(target=_play, args=(process, film), daemon=True).start()
        assert process.stdout is not None
        process.stdout.readline()  # the first label, or that there is nobody
        return cost([process], seconds)[0]


def _play(process: "subprocess.Popen[bytes]", film: list[bytes]) -> None:
    """Write the frames of a film at their rate."""
    assert process.stdin is not None
    start = time.monotonic()
    with suppress(OSError, ValueError):
        for index in itertools.count():
            time.sleep(max(0.0, start + index / RATE - time.monotonic()))
            process.stdin.write(film[index % len(film)])


def _print_rows(
    found: dict[str, list[tuple[float, float]]], invokes: dict[str, Invokes], rounds: int
) -> None:
    """Print the table, and the goals."""
    print(f"median (lowest-highest) of {rounds}")
    print(f"{'':12}{'of a core, %':>20}{'invokes, %':>20}{'ratio':>20}{'looks/s':>9}  goal")
    for name, figures in found.items():
        busy, bare = zip(*figures, strict=True)
        ratio = tuple(one / other for one, other in figures)
        goal = f"{MOST_OF_A_CORE[name]} %"
        if name == "one face":
            goal += f", {MOST_OVER_INVOKES} x"
        cells = (f"{spread(values, 2):>20}" for values in (busy, bare, ratio))
        print(f"{name:12}", *cells, f"{invokes[name].looks:9.1f}  {goal}", sep="")
