"""The models of this device, as an update installs them."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from emotion_edge.installed.install import install, settle_trial
from emotion_edge.installed.problems import RefusedModelError, WentBackError
from emotion_edge.installed.switch import InstallSettings, read_installed
from emotion_edge.installed.way_back import leave
from emotion_edge.model.store.state import name_of, read_store
from emotion_edge.updates.installing import InUse, UnfitError


class InstalledModels:
    """Installs models as `emotion-edge install-model` does, but only where a daemon proves them."""

    def __init__(self, settings: InstallSettings) -> None:
        """settings: as for `install-model`."""
        self._settings = replace(settings, needs_daemon=True)

    def in_use(self) -> InUse:
        """Return the model in use."""
        models = self._settings.models
        entry = read_store(models).in_use
        if entry and read_installed(models, entry) is None:
            return InUse(entry.name, None, is_damaged=True)
        return InUse(name_of(entry), entry.sha256 if entry else None)

    def install(self, file: Path, name: str) -> Iterator[str]:
        """Install a model, and yield lines on it; see `Installer`."""
        try:
            yield from install(file, self._settings, name=name)
        except RefusedModelError as error:
            # The file lies in a folder that is gone soon.
            reason = str(error).removeprefix(f"{file}: ").replace(str(file), name)
            raise UnfitError(reason, certain=error.certain) from error
        except WentBackError as error:
            if error.blames_model:
                raise UnfitError(str(error), certain=False) from error
            raise

    def settle(self) -> str:
        """Finish an interrupted trial; see `Installer`."""
        return settle_trial(self._settings)

    def leave(self, avoid: Collection[str]) -> Iterator[str]:
        """Use the model before, or the shipped one; see `Installer`."""
        return leave(self._settings, avoid)
