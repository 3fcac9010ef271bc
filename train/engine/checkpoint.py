"""The state of a run after each epoch, so that a killed one can go on where it was."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import keras

from emotion_edge.errors import UserError
from emotion_edge.util.atomic_write import staged_write

History = list[dict[str, float]]
_STATE = "state.json"


class Checkpoint(keras.callbacks.Callback):
    """Saves the run after each epoch, and ends it when told to or when it gets no better.

    Whether to stop early is read off the history, not counted in memory, so that a resumed run
    stops where an unbroken one would have.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, Any],
        history: History,
        patience: int | None,
        averaged: keras.callbacks.SwapEMAWeights | None,
    ) -> None:
        """Keep the state in `folder`; `history` grows by one row (of metrics) an epoch.

        averaged: what puts the averaged weights into the model for a while, where there are such;
        then those of the last epoch are kept, not of the best.
        """
        super().__init__()
        self.folder = folder
        self.settings = settings
        self.history = history
        self.patience = patience
        self.averaged = averaged
        self.began = time.monotonic() - (seconds_spent(folder) if history else 0.0)
        self.interrupted = False  # set by Ctrl-C: end after this epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save; then stop the run if it should."""
        self.history.append({"epoch": epoch + 1, **{k: float(v) for k, v in (logs or {}).items()}})
        self._save()
        self.model.stop_training = self.interrupted or is_stale(self.history, self.patience)

    def _save(self) -> None:
        done = len(self.history)
        kept = kept_epoch(self.history, last=bool(self.averaged))
        files = {"last": f"last-{done:04}.keras", "kept": f"kept-{kept:04}.weights.h5"}
        dropout = [seed.numpy().tolist() for seed in _dropout_seeds(self.model)]
        state = {
            "settings": self.settings,
            "history": self.history,
            "dropout": dropout,
            "seconds": time.monotonic() - self.began,
            **files,
        }
        with staged_write(self.folder) as stage:
            self.model.save(stage / files["last"])
            if kept == done:
                self._save_weights(stage / files["kept"])
            # Last in the alphabet, so renamed last: what it names is there, whenever we are killed.
            (stage / _STATE).write_text(json.dumps(state), encoding="utf-8")
        self._tidy({_STATE, *files.values()})

    def _save_weights(self, path: Path) -> None:
        if self.averaged:
            self.averaged.on_test_begin()
        self.model.save_weights(path)
        if self.averaged:
            self.averaged.on_test_end()

    def _tidy(self, keep: set[str]) -> None:
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)  # what a killed run left unfinished
            elif path.name not in keep:
                path.unlink()


def best_epoch(history: History) -> int:
    """Return the epoch (from 1) with the highest val_accuracy, the first of equals; 0 for none."""
    return max(range(len(history)), key=lambda i: history[i]["val_accuracy"], default=-1) + 1


def kept_epoch(history: History, *, last: bool) -> int:
    """Return the epoch (from 1) whose weights a run keeps: the last one, or else the best."""
    return len(history) if last else best_epoch(history)


def is_stale(history: History, patience: int | None) -> bool:
    """Say whether the last `patience` epochs brought no better val_accuracy; None is never."""
    return patience is not None and len(history) - best_epoch(history) >= patience


def restore(folder: Path, settings: dict[str, Any]) -> tuple[keras.Model | None, History]:
    """Return the model after the last finished epoch and the history so far, (None, []) if none.

    Raises UserError where that run had other settings.
    """
    if not (folder / _STATE).exists():
        print("no finished epoch to resume: starting with the first", flush=True)
        return None, []
    try:
        state = _read_state(folder)
        model = keras.models.load_model(folder / state["last"])
    except (ValueError, KeyError, OSError) as error:
        raise UserError(
            f"--resume: cannot read the run in {folder} ({error}); leave --resume out to start anew"
        ) from None
    for name, value in settings.items():
        if (before := state["settings"].get(name)) != value:
            raise UserError(
                f"--resume: the run in {folder} had {name} {before!r}, now it is {value!r}; "
                "resume with the same, or leave --resume out to start anew"
            )
    for seed, value in zip(_dropout_seeds(model), state["dropout"], strict=True):
        seed.assign(value)
    return model, state["history"]


def seconds_spent(folder: Path) -> float:
    """Return how long the run in `folder` has trained, in all its processes."""
    return float(_read_state(folder)["seconds"])


def kept_weights(folder: Path) -> Path:
    """Return the file with the weights that the run in `folder` keeps."""
    return folder / _read_state(folder)["kept"]


def _read_state(folder: Path) -> dict[str, Any]:
    return json.loads((folder / _STATE).read_text(encoding="utf-8"))


def _dropout_seeds(model: keras.Model) -> list[keras.Variable]:
    """Return where dropout stands in its random numbers, which a .keras file does not hold."""
    return [v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")]
