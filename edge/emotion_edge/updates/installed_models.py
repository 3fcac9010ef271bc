"""The models of this device, as an update installs them."""

from collections.abc import Iterator
from pathlib import Path

from emotion_edge.installed.install import install
from emotion_edge.installed.problems import RefusedModelError, WentBackError
from emotion_edge.installed.switch import InstallSettings
from emotion_edge.model.runtime import find_runtime
from emotion_edge.model.store.state import name_of, read_store
from emotion_edge.updates.installing import InUse, UnfitError


class InstalledModels:
    """Installs models as `emotion-edge install-model` does."""

    def __init__(self, settings: InstallSettings) -> None:
        """settings: as for `install-model`."""
        self._settings = settings

    def in_use(self) -> InUse:
        """Return the model in use."""
        entry = read_store(self._settings.models).in_use
        return InUse(name_of(entry), entry.sha256 if entry else None)

    def install(self, file: Path, name: str) -> Iterator[str]:
        """Install a model, and yield lines on it; see `Installer`."""
        find_runtime(self._settings.runtime.runtime)  # without one, no release is to blame
        try:
            yield from install(file, self._settings, name=name)
        except RefusedModelError as error:
            raise UnfitError(str(error)) from error
        except WentBackError as error:
            if error.blames_model:
                raise UnfitError(str(error)) from error
            raise
