"""Check the options of network cameras against --source."""

import logging
from argparse import Namespace

from emotion_edge.capture.network.address import is_network_camera, parse_camera_address
from emotion_edge.capture.network.login import CA_OPTION, PASSWORD_OPTION
from emotion_edge.capture.source import split_name
from emotion_edge.commands.show_config import COMMAND_LINE
from emotion_edge.errors import UserError

log = logging.getLogger(__name__)


def check_network_camera(args: Namespace, source: str) -> None:
    """Raise UserError if an option is for a network camera and no source is one, or one is wrong.

    source: the one that is looked at. Only warns if the command line's --source stands in for the
    file's, and of a password that every user of this computer sees.
    """
    typed = _typed(args)
    if is_network_camera(source):
        _warn_of_password(source, typed)
        return
    sources = args.source if isinstance(args.source, list) else [args.source]
    if any(is_network_camera(split_name(each)[1]) for each in sources):
        return
    for option in (PASSWORD_OPTION, CA_OPTION):
        key = option.removeprefix("--")
        if getattr(args, key.replace("-", "_")) is not None:
            problem = f"{option}: --source is no network camera, such as rtsp://USER@host/path"
            if "source" not in typed or key in typed:
                raise UserError(problem)
            log.warning("%s", problem)


def _warn_of_password(source: str, typed: set[str]) -> None:
    address = parse_camera_address(source)
    if (address.password or address.shown != address.url) and "source" in typed:
        log.warning(
            "--source %s: every user of this computer sees the password on the command line; "
            "give %s PATH, or write the source into the settings file",
            *(address.shown, PASSWORD_OPTION),
        )


def _typed(args: Namespace) -> set[str]:
    """Return the options on the command line; without a settings file, all that may be there."""
    if not hasattr(args, "entries"):
        return {"source", *(each.removeprefix("--") for each in (PASSWORD_OPTION, CA_OPTION))}
    return {entry.key for entry in args.entries if entry.where == COMMAND_LINE}
