"""Save training state after each epoch so that an interrupted run can resume."""

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
    """Saves the run after each epoch, and stops it on request or when it no longer improves.

    Early stopping is decided from the history, not from a counter in memory, so that a resumed run
    stops at the same epoch as an uninterrupted one.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, Any],
        history: History,
        patience: int | None,
        averaged: keras.callbacks.SwapEMAWeights | None,
    ) -> None:
        """Save to `folder`, and append one row of metrics to `history` after each epoch.

        averaged: swaps the averaged weights into the model, if the run averages them. Then the
        last epoch's weights are kept instead of the best epoch's.
        """
        super().__init__()
        self.folder = folder
        self.settings = settings
        self.history = history
        self.patience = patience
        self.averaged = averaged
        self.began = time.monotonic() - (seconds_spent(folder) if history else 0.0)
        self.interrupted = False  # set by Ctrl-C: stop after this epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save the state, and stop the run if it is done."""
        self.history.append({"epoch": epoch + 1, **{k: float(v) for k, v in (logs or {}).items()}})
        self._save()
        self.model.stop_training = self.interrupted or has_plateaued(self.history, self.patience)

    def _save(self) -> None:
        done = len(self.history)
        kept = kept_epoch(self.history, last=bool(self.averaged))
        files = {"last": f"last-{done:04}.keras", "kept": f"kept-{kept:04}.weights.h5"}
        state = {
            "settings": self.settings,
            "history": self.history,
            "dropout": [seed.numpy().tolist() for seed in _dropout_seeds(self.model)],
            "seconds": time.monotonic() - self.began,
            **files,
        }
        with staged_write(self.folder) as stage:
            self.model.save(stage / files["last"])
            if kept == done:
                self._save_weights(stage / files["kept"])
            # staged_write renames in alphabetical order, so the state comes last: if the process is
            # killed before that, the old state still names files that exist.
            (stage / _STATE).write_text(json.dumps(state), encoding="utf-8")
        self._remove_all_but({_STATE, *files.values()})

    def _save_weights(self, path: Path) -> None:
        if self.averaged:
            self.averaged.on_test_begin()
        self.model.save_weights(path)
        if self.averaged:
            self.averaged.on_test_end()

    def _remove_all_but(self, keep: set[str]) -> None:
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)  # left unfinished by a killed run
            elif path.name not in keep:
                path.unlink()


def best_epoch(history: History) -> int:
    """Return the first epoch (from 1) with the highest val_accuracy, or 0 without a history."""
    return max(range(len(history)), key=lambda i: history[i]["val_accuracy"], default=-1) + 1


def kept_epoch(history: History, *, last: bool) -> int:
    """Return the epoch (from 1) whose weights the run keeps: the last one, or else the best."""
    return len(history) if last else best_epoch(history)


def has_plateaued(history: History, patience: int | None) -> bool:
    """Say whether val_accuracy has not improved for `patience` epochs; never, if that is None."""
    return patience is not None and len(history) - best_epoch(history) >= patience


def restore(folder: Path, settings: dict[str, Any]) -> tuple[keras.Model | None, History]:
    """Return the model after the last finished epoch, and the history; (None, []) if there is none.

    Raises UserError if the saved run had different settings or cannot be read.
    """
    if not (folder / _STATE).exists():
        print("no finished epoch to resume: starting with the first", flush=True)
        return None, []
    try:
        state = _read_state(folder)
        model = keras.models.load_model(folder / state["last"])
    except (ValueError, KeyError, OSError) as error:
        raise UserError(
            f"--resume: cannot read the run in {folder} ({error}); leave out --resume to start over"
        ) from None
    _check_settings(folder, state["settings"], settings)
    for seed, value in zip(_dropout_seeds(model), state["dropout"], strict=True):
        seed.assign(value)
    return model, state["history"]


def _check_settings(folder: Path, saved: dict[str, Any], settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        if (before := saved.get(name)) != value:
            raise UserError(
                f"--resume: the run in {folder} had {name} {before!r}, now it is {value!r}; "
                "resume with the same settings, or leave out --resume to start over"
            )


def seconds_spent(folder: Path) -> float:
    """Return the training time of the run in `folder`, including interrupted processes."""
    return float(_read_state(folder)["seconds"])


def kept_weights(folder: Path) -> Path:
    """Return the file with the weights that the run in `folder` keeps."""
    return folder / _read_state(folder)["kept"]


def _read_state(folder: Path) -> dict[str, Any]:
    return json.loads((folder / _STATE).read_text(encoding="utf-8"))


def _dropout_seeds(model: keras.Model) -> list[keras.Variable]:
    """Return the state of dropout's random generators, which a .keras file does not store."""
    return [v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")]
