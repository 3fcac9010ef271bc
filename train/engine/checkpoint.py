"""Save training state after each epoch so that an interrupted run can resume."""

import json
import re
import shutil
import time
from itertools import count
from pathlib import Path
from typing import Any

import keras

from emotion_edge.util.atomic_write import staged_write
from train.engine.averaging import AveragedWeights
from train.engine.state import STATE, History, State, digest_of, dropout_seeds


class Checkpoint(keras.callbacks.Callback):
    """Saves the run after each epoch, and stops it on request or when it no longer improves.

    Early stopping is decided from the history, not from a counter in memory, so that a resumed run
    stops at the same epoch as an uninterrupted one. A new run replaces the former one in its folder
    when its first epoch is saved, not before.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        settings: dict[str, Any],
        patience: int | None,
        averaged: AveragedWeights | None,
        resumed: State | None,
    ) -> None:
        """Save to `folder`, and add one row of metrics to `history` after each epoch.

        run, settings, resumed: see `State`. averaged: the averaged weights, if the run averages
        them. Then the last epoch's weights are kept instead of the best epoch's.
        """
        super().__init__()
        self.folder = folder
        self.run = run
        self.settings = settings
        self.history: History = list(resumed.history) if resumed else []
        self.patience = patience
        self.averaged = averaged
        self.began = time.monotonic() - (resumed.seconds if resumed else 0.0)
        self.interrupted = False  # set by Ctrl-C: stop after this epoch
        self._kept = {resumed.kept: resumed.sha256[resumed.kept]} if resumed else {}

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save the state, and stop the run if it is done."""
        self.history.append({"epoch": epoch + 1, **{k: float(v) for k, v in (logs or {}).items()}})
        self._save()
        self.model.stop_training = self.interrupted or has_plateaued(self.history, self.patience)

    def _save(self) -> None:
        done = len(self.history)
        last = self._unused_name(f"last-{done:04}", ".keras")
        with staged_write(self.folder) as stage:
            self.model.save(stage / last)
            if kept_epoch(self.history, last=bool(self.averaged)) == done:
                kept = self._unused_name(f"kept-{done:04}", ".weights.h5")
                (self.averaged or self.model).save_weights(stage / kept)
                self._kept = {kept: digest_of(stage / kept)}
            state = self._state(last, digest_of(stage / last))
            # staged_write renames in alphabetical order, so the state comes last. If the process is
            # killed before that, the old state still names files that exist and are unchanged.
            (stage / STATE).write_text(json.dumps(vars(state)), encoding="utf-8")
        self._remove_all_but({STATE, *state.files()})
        if done == 1:
            self._remove_former_run()

    def _unused_name(self, stem: str, suffix: str) -> str:
        """Return a name that no file has: a former run's file may be called the same."""
        names = (f"{stem}{f'-{i}' if i else ''}{suffix}" for i in count())
        return next(name for name in names if not (self.folder / name).exists())

    def _state(self, last: str, digest: str) -> State:
        (kept,) = self._kept
        return State(
            run=self.run,
            settings=self.settings,
            history=self.history,
            dropout=[seed.numpy().tolist() for seed in dropout_seeds(self.model)],
            seconds=time.monotonic() - self.began,
            last=last,
            kept=kept,
            sha256={last: digest, **self._kept},
        )

    def _remove_all_but(self, keep: set[str]) -> None:
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)  # left unfinished by a killed run
            elif path.name not in keep:
                path.unlink()

    def _remove_former_run(self) -> None:
        """Remove the former run's later networks, and its other workers if there are none."""
        alone = self.model.distribute_strategy.cluster_resolver is None
        former = re.escape(self.folder.name) + (r"(-worker\d+)?(-\d+)?" if alone else r"-\d+")
        for folder in self.folder.parent.iterdir():
            if folder != self.folder and re.fullmatch(former, folder.name):
                shutil.rmtree(folder)


def best_epoch(history: History) -> int:
    """Return the first epoch (from 1) with the highest val_accuracy, or 0 without a history."""
    return max(range(len(history)), key=lambda i: history[i]["val_accuracy"], default=-1) + 1


def kept_epoch(history: History, *, last: bool) -> int:
    """Return the epoch (from 1) whose weights the run keeps: the last one, or else the best."""
    return len(history) if last else best_epoch(history)


def has_plateaued(history: History, patience: int | None) -> bool:
    """Say whether val_accuracy has not improved for `patience` epochs; never, if that is None."""
    return patience is not None and len(history) - best_epoch(history) >= patience
