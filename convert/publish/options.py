"""Command-line options of `python -m convert.publish`."""

import argparse
from decimal import Decimal
from pathlib import Path

from convert.publish.repository import ROLES
from emotion_edge.cli import argument_types as arguments

_LEAST_SHARE = 0.000001
_ABOUT = {
    "init": "make the keys and an empty repository, once",
    "release": "publish a model under a new name",
    "percent": "change which share of the devices gets a release; 0 stops it and takes it back",
    "show": "list the releases, and when each signature expires",
    "refresh": "sign anew what expires soon; let it run every day",
    "rotate": "replace keys: stolen or lost ones, or the root's before its year is over",
}


def _share(text: str) -> float:
    """Parse a share of the devices; refuse one that its number would change silently."""
    share = arguments.percent(text)
    if Decimal(text) != Decimal(repr(share)) or 0 < share < _LEAST_SHARE:
        raise argparse.ArgumentTypeError(
            f"{text[:40]} is too exact; use fewer digits, and no share below {_LEAST_SHARE:f}"
        )
    return share


def make_parser(description: str) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = arguments.describe(
        argparse.ArgumentParser(prog="python -m convert.publish"), description
    )
    chosen = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands = {name: _add_command(chosen, name) for name in _ABOUT}
    _add_release(commands["release"])
    _add_percent(commands["percent"])
    commands["rotate"].add_argument(
        "roles", nargs="+", choices=ROLES, metavar="ROLE", help=f"one or more of {', '.join(ROLES)}"
    )
    for name in ("init", "rotate"):
        _add_root_keys(commands[name])
    return parser


def _add_command(
    chosen: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str
) -> argparse.ArgumentParser:
    command = chosen.add_parser(name, help=_ABOUT[name], description=_ABOUT[name].capitalize())
    add = command.add_argument
    add("--repository", type=Path, required=True, metavar="DIR", help="the folder that is served")
    if name != "show":
        add(
            "--keys",
            type=Path,
            required=True,
            metavar="DIR",
            help="folder of the keys that are in use every day, not served and in no git checkout",
        )
        add(
            "--password-file",
            type=Path,
            metavar="FILE",
            help="file with the password of these keys: new ones are encrypted with it",
        )
    return command


def _add_release(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("file", type=Path, metavar="FILE", help="a model that python -m convert has written")
    add("--name", required=True, help="a new name, such as 2026-12; devices and people see it")
    add(
        "--percent",
        type=_share,
        required=True,
        metavar="P",
        help="share of the devices that get it now, 0 to 100, such as 5 or 0.5",
    )
    add(
        "--least-version",
        default="1.0.0",
        metavar="X.Y.Z",
        help="the oldest emotion-edge that may have it (default: %(default)s)",
    )


def _add_percent(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help="the release, as `show` lists it")
    command.add_argument("percent", type=_share, metavar="P", help="share of the devices, 0 to 100")


def _add_root_keys(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "--root-keys",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the root key, which is needed for init and rotate only: a USB stick",
    )
    add(
        "--root-password-file",
        type=Path,
        metavar="FILE",
        help="file with the password of the root key: a new one is encrypted with it",
    )
