"""Take models from a repository that somebody has published, and go back to an older one if a
newer one is withdrawn.

  sudo emotion-edge update --enrol https://models.example/ --root root.json     once per device
  sudo emotion-edge update            look for a model, and install what this device should run
  sudo emotion-edge update --check    only look

Any web server may hold the repository. Whose signatures count is in root.json, which the publisher
gives you, so copy it by a way that you trust. Nobody else can bring a model here, or an older one
again, not even by a stolen server. The server learns this device's address, and that an
emotion-edge asks.

A new model has to prove itself as with `install-model`, whose settings count here, too, so the
daemon must run. One that is refused on this device is not taken again, and one that does not prove
itself is tried three times. Needs the extra [update].
Exit codes: 0 done or nothing to do, 1 the repository is away, late or wrong, or a model does not
work here; 2 not enrolled, or a wrong setting.
"""

import logging
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from emotion_edge.commands.models.install_model import check_configured, to_the_end
from emotion_edge.errors import UserError
from emotion_edge.installed.switch import InstallSettings
from emotion_edge.system.signals import interrupt_on_terminate
from emotion_edge.updates.requests import take_request
from emotion_edge.util.installation import install_hint

_LIBRARIES = ("tuf", "securesystemslib")
OLDEST = 6  # major version of tuf


@dataclass(frozen=True, kw_only=True)
class UpdateSettings:
    """What to do.

    install: how models are installed. configured: the model that the settings name, or None.
    enrol, root: a repository's address and the file of its root metadata, or None. check: look, and
    install nothing. requested: do what the daemon asks for.
    """

    install: InstallSettings
    configured: Path | None = None
    enrol: str | None = None
    root: Path | None = None
    check: bool = False
    requested: bool = False


def update(settings: UpdateSettings) -> Generator[str, None, None]:
    """Yield lines on what was found and done.

    Raises UserError for a wrong setting, and RunError if the repository or a model is not in order.
    """
    only_check = settings.check
    if settings.requested:
        request = take_request(settings.install.run_dir)
        if request is None:
            yield "nothing is asked for"
            return
        only_check = request == "check"
    if settings.enrol is None and not only_check:
        check_configured(settings.configured)
    _check_library()
    # They need tuf, and --help does not.
    from emotion_edge.updates import update as updates  # noqa: PLC0415
    from emotion_edge.updates.installed_models import InstalledModels  # noqa: PLC0415
    from emotion_edge.updates.installing import Device  # noqa: PLC0415

    device = Device(models=settings.install.models, installer=InstalledModels(settings.install))
    interrupt_on_terminate()
    if settings.enrol is not None and settings.root is not None:
        lines = updates.enrol(device, settings.enrol, settings.root)
    else:
        lines = updates.update(device, only_check=only_check)
    yield from to_the_end(lines)


def _check_library() -> None:
    """Raise UserError unless there is a tuf that will do, and let it not log what we say."""
    try:
        import tuf  # noqa: PLC0415

        if int(tuf.__version__.split(".")[0]) < OLDEST:
            raise ImportError
    except ImportError:
        raise UserError(f"update needs tuf {OLDEST}", install_hint("update")) from None
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
