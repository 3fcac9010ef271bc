"""Publish models, so that devices fetch them by themselves and take them from nobody else.

  python -m convert.publish init WHERE --root-keys /media/stick/root
  python -m convert.publish release model.tflite --name 2026-12 --percent 5 WHERE
  python -m convert.publish percent 2026-12 100 WHERE
  python -m convert.publish show --repository ~/models
  python -m convert.publish refresh WHERE
  python -m convert.publish rotate timestamp WHERE --root-keys /media/stick/root

WHERE is --repository ~/models --keys ~/model-keys.

The repository is a plain folder that any static web server serves, or a copy of it. It needs no
program and no secret there: everything in it is signed on this computer, and a device checks the
signatures. It is made as The Update Framework (TUF) describes, because a signed model alone is not
enough: whoever controls the network could give a device an old one, or hold back all new ones.

Four roles sign, each with a key of its own:

  root       says which keys the others have. It lies apart, on a USB stick, and is needed for
             `init` and `rotate` only. Its first signature comes to each device by hand, once.
  targets    says which models there are, and which share of the devices gets each.
  snapshot   says which version of that list is the newest.
  timestamp  says that all of this is still so, for seven days. If `refresh` does not sign it anew
             in time, devices take nothing new, keep the model that they have and say so.

A release starts with a few devices: each of them computes from its own id whether it is among the
5 %, and nobody learns which ones these are. If they are well, give it to more of them with
`percent`. With `percent NAME 0`, those that have it go back to the release before.

`python -m convert.publish COMMAND --help` has the options of a command; docs/updates.md has the
way from the first key to a device, and what to do when a key is stolen.

Exit codes: 0 done, 1 failure at run time, 2 bad input or options.
"""

import argparse
import sys
from collections.abc import Callable, Iterator

from convert.publish.creation import create
from convert.publish.keys import KeyFolder, open_folder
from convert.publish.options import make_parser
from convert.publish.overview import show
from convert.publish.places import check_places
from convert.publish.releases import NewRelease, change_percent, release
from convert.publish.renewal import refresh, rotate
from emotion_edge.errors import RunError, escape, exit_code

_Command = Callable[[argparse.Namespace], Iterator[str]]


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    args = make_parser(str(__doc__)).parse_args(argv)
    return exit_code("convert.publish", lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    try:
        return _print_lines(_COMMANDS[args.command](args))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise RunError(f"{place}{error.strerror or error}") from None


def _print_lines(lines: Iterator[str]) -> int:
    for line in lines:
        print(escape(line), file=sys.stderr if line.startswith("warning: ") else sys.stdout)
    return 0


def _init(args: argparse.Namespace) -> Iterator[str]:
    return create(args.repository, _keys(args), _root_keys(args))


def _release(args: argparse.Namespace) -> Iterator[str]:
    new = NewRelease(args.file, args.name, args.percent, args.least_version)
    return release(args.repository, _keys(args), new)


def _percent(args: argparse.Namespace) -> Iterator[str]:
    return change_percent(args.repository, _keys(args), args.name, args.percent)


def _show(args: argparse.Namespace) -> Iterator[str]:
    return show(args.repository)


def _refresh(args: argparse.Namespace) -> Iterator[str]:
    return refresh(args.repository, _keys(args))


def _rotate(args: argparse.Namespace) -> Iterator[str]:
    roles = list(dict.fromkeys(args.roles))
    return rotate(args.repository, roles, _keys(args), _root_keys(args))


def _keys(args: argparse.Namespace) -> KeyFolder:
    check_places(args)
    return open_folder("--keys", args.keys, args.password_file)


def _root_keys(args: argparse.Namespace) -> KeyFolder:
    return open_folder("--root-keys", args.root_keys, args.root_password_file)


_COMMANDS: dict[str, _Command] = {
    "init": _init,
    "release": _release,
    "percent": _percent,
    "show": _show,
    "refresh": _refresh,
    "rotate": _rotate,
}

if __name__ == "__main__":
    sys.exit(main())
