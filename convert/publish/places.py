"""Where keys may lie: not where git would commit them, nor where a web server serves them."""

from pathlib import Path

from emotion_edge.errors import UserError


def check_places(repository: Path, keys: Path, root_keys: Path | None) -> None:
    """Raise UserError if a folder of keys is in a bad place."""
    folders = {"--keys": keys, "--root-keys": root_keys}
    given = {option: path.resolve() for option, path in folders.items() if path}
    for option, path in given.items():
        _check_place(f"{option} {folders[option]}", path, repository.resolve())
    if root_keys and _overlap(*given.values()):
        raise UserError(
            f"--root-keys {root_keys} and --keys {keys}: one is inside the other",
            "keep the root key apart, for example on a USB stick: it is what helps if the others "
            "are stolen",
        )


def _check_place(shown: str, path: Path, repository: Path) -> None:
    if path.is_relative_to(repository):
        raise UserError(
            f"{shown}: it is inside the repository, whose files everybody can download",
            "choose a folder that is not served",
        )
    for folder in (path, *path.parents):
        if (folder / ".git").exists():
            raise UserError(
                f"{shown}: it is inside the git checkout {folder}, from which keys get published "
                "by mistake",
                "choose a folder outside",
            )


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
