"""Where secrets may lie: not where git would commit them, nor where a web server serves them."""

import argparse
from pathlib import Path

from emotion_edge.errors import UserError

_KEYS, _ROOT_KEYS = "--keys", "--root-keys"
_PASSWORDS = ("--password-file", "--root-password-file")


def check_places(args: argparse.Namespace) -> None:
    """Raise UserError if a folder of keys or a file with a password is in a bad place.

    args: the options of a command that has keys.
    """
    repository = _resolved("--repository", args.repository)
    _check_folder(f"--repository {args.repository}", repository)
    given = {}
    for option in (_KEYS, _ROOT_KEYS, *_PASSWORDS):
        if path := getattr(args, option[2:].replace("-", "_"), None):
            given[option] = _resolved(option, path)
            _check_place(f"{option} {path}", given[option], repository)
            if option not in _PASSWORDS:
                _check_folder(f"{option} {path}", given[option])
    if _ROOT_KEYS in given and _overlap(given[_KEYS], given[_ROOT_KEYS]):
        raise UserError(
            f"--root-keys {args.root_keys} and --keys {args.keys}: one is inside the other",
            "keep the root key apart, for example on a USB stick: it is what helps if the others "
            "are stolen",
        )


def _resolved(option: str, path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links that lead to each other
        raise UserError(f"{option} {path}: its links lead nowhere") from None


def _check_folder(shown: str, path: Path) -> None:
    there = next(each for each in (path, *path.parents) if each.exists())
    if not there.is_dir():
        raise UserError(f"{shown}: {'it' if there == path else there} is not a folder")


def _check_place(shown: str, path: Path, repository: Path) -> None:
    if path.is_relative_to(repository):
        raise UserError(
            f"{shown}: it is inside the repository, whose files everybody can download",
            "choose a place that is not served",
        )
    for folder in (path, *path.parents):
        if (folder / ".git").exists():
            raise UserError(
                f"{shown}: it is inside the git checkout {folder}, from which secrets get "
                "published by mistake",
                "choose a place outside",
            )


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
