"""Goals that are printed beside the figures of benchmarks."""

from bench import footprint, frames
from emotion_edge.commands.benchmark_steps import INVOKE, LEVEL, PATH


def turn(path, level):
    """Return the milliseconds of steps of a model that takes one itself."""
    around = {"  dequantise": 0.2, "  scores": 0.2, "  write JSON": 0.6}
    return {PATH: path, LEVEL: level, INVOKE: 1.0, **around}


def test_the_path_of_a_face_has_three_goals(capsys):
    frames.print_goals([turn(4.5, 3.4), turn(4.0, 4.0), turn(9.0, 3.6)])
    assert capsys.readouterr().out.splitlines() == [
        "goal, compact, path / invoke: at most 5 x: kept (4.5 x)",
        "goal, compact, level / invoke: at most 3.5 x: MISSED (3.6 x)",
        "goal, compact, path / what it cannot leave out: at most 2 x: MISSED (2.25 x)",
        "",
    ]


def test_start_and_memory_are_judged_by_what_is_installed_for_a_pi(monkeypatch, capsys):
    setups = {name: footprint.Setup(name, "litert") for name in ("litert", footprint.INSTALLED)}
    slow, quick = 9.0, 0.1
    monkeypatch.setattr(
        footprint,
        "time_to_first_line",
        lambda command: quick if command[0] == footprint.INSTALLED and "on" in command else slow,
    )
    footprint.print_starts(setups, 1)
    verdict = "goal, litert, installed, run --faces on: at most 0.15 s: kept (0.1 s)"
    assert verdict in capsys.readouterr().out
    held = {("litert", "on"): 50.0, (footprint.INSTALLED, "on"): 61.0}
    monkeypatch.setattr(
        footprint,
        "memory_after",
        lambda frames, setup, faces: (held.get((setup.python, faces), 40.0), 30.0, 10.0),
    )
    footprint.print_memory(setups, 1000)
    verdict = "goal, litert, installed, --faces on, resident: at most 60 MB: MISSED (61 MB)"
    assert verdict in capsys.readouterr().out
