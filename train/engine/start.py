"""Decide where a run starts: at the first epoch or after a saved one, the same on all workers."""

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from emotion_edge.errors import UserError
from train.engine.distributed import worker_index
from train.engine.pretrained import Pretrained
from train.engine.state import State, check_state, find_state

_Report = dict[str, Any]


@dataclass(frozen=True)
class RunOptions:
    """Where a run trains and saves its state.

    checkpoint: the folder for the state. resume: "always" continues the run that is there, "auto"
    continues it if it had the same settings and can be read, and None replaces it. run: continue
    only the run of this name (see `State`), and replace any other. pretrained: the network that a
    new run starts from, None for random weights.
    """

    strategy: tf.distribute.Strategy
    checkpoint: Path
    resume: str | None
    run: str | None = None
    pretrained: Pretrained | None = None


def start_together(
    options: RunOptions,
    common: dict[str, Any],
    settings: dict[str, Any],
    changeable: Collection[str],
) -> tuple[State | None, str]:
    """Return the saved state to resume, None to start with the first epoch, and the run's name.

    common: what all workers must have in common, in values that JSON can hold. settings: those of
    this worker, which must be the saved run's, but with resume="always" may differ in `changeable`.
    Raises UserError if the saved run cannot be resumed, or if the workers would not train the same
    epoch of the same run; then it raises the same message on all of them.
    """
    state, problem = None, None
    try:
        state = _find_state(options, settings, changeable)
    except UserError as error:
        if options.strategy.cluster_resolver is None:
            raise
        problem = str(error)
    report = {
        "worker": worker_index(options.strategy),
        "problem": problem,
        "common": common,
        "epochs": len(state.history) if state else 0,
        "run": state.run if state else options.run or secrets.token_hex(8),
        "folder": str(options.checkpoint),
    }
    reports = _share(options.strategy, report)
    _check_agreement(reports)
    return state, reports[0]["run"]


def _find_state(
    options: RunOptions, settings: dict[str, Any], changeable: Collection[str]
) -> State | None:
    if options.resume == "auto":
        return _find_same(options, settings)
    fixed = {name: value for name, value in settings.items() if name not in changeable}
    state = _find_checked(options, fixed) if options.resume or options.run else None
    if options.resume and not state:
        print("no finished epoch to resume: starting with the first", flush=True)
    return state


def _find_same(options: RunOptions, settings: dict[str, Any]) -> State | None:
    try:
        return _find_checked(options, settings)
    except UserError as error:
        reason = str(error).partition(";")[0].removeprefix("--resume: ")  # without its advice
        print(f"not resumed: {reason}; starting with the first epoch", flush=True)
        return None


def _find_checked(options: RunOptions, settings: dict[str, Any]) -> State | None:
    state = find_state(options.checkpoint)
    if state is None or options.run not in (None, state.run):
        return None
    check_state(options.checkpoint, state, settings)
    return state


def _share(strategy: tf.distribute.Strategy, report: _Report) -> list[_Report]:
    """Return the reports of all workers; wait until every worker has sent one."""
    if strategy.cluster_resolver is None:
        return [report]
    line = [*json.dumps(report).encode(), ord("\n")]
    send = tf.function(lambda: tf.constant(line, tf.int32))
    lines = strategy.gather(strategy.run(send), axis=0)
    return [json.loads(text) for text in bytes(lines.numpy().tolist()).splitlines()]


def _check_agreement(reports: Sequence[_Report]) -> None:
    for report in reports:
        if report["problem"]:
            raise UserError(f"worker {report['worker']}: {report['problem']}")
    first = reports[0]
    for report in reports:
        _check_common(first, report)
        _check_progress(first, report)


def _check_common(first: _Report, other: _Report) -> None:
    for name, value in first["common"].items():
        if (its := other["common"].get(name)) != value:
            raise UserError(
                f"worker {first['worker']} has {name} {value!r}, worker {other['worker']} {its!r}; "
                "start all workers with the same options and the same pictures"
            )


def _check_progress(first: _Report, other: _Report) -> None:
    if first["epochs"] != other["epochs"]:
        progress = [f"{_checkpoint(each)} is at epoch {each['epochs']}" for each in (first, other)]
        problem = ", ".join(progress)
    elif first["epochs"] and first["run"] != other["run"]:
        problem = f"{_checkpoint(first)} and {_checkpoint(other)} are from different runs"
    else:
        return
    raise UserError(
        f"--resume: {problem}; give --resume to all workers, after you copied the content of one "
        "worker's folder into those of the others, or start over on all of them without --resume"
    )


def _checkpoint(report: _Report) -> str:
    return f"{report['folder']} of worker {report['worker']}"
