"""Releases: models with a name, a number, and the share of the devices that are to have them."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuf.api.metadata import Root, TargetFile, Targets

from convert.publish.files import write_durably
from convert.publish.keys import KeyFolder
from convert.publish.metadata_files import targets_folder
from convert.publish.repository import ONLINE, Signers, opened_repository
from emotion_edge.errors import RunError, UserError
from emotion_edge.model.limits import MAX_FILE
from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.trial import try_model
from emotion_edge.util.regular_file import read_regular_file
from emotion_edge.util.similar import most_similar

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")


@dataclass(frozen=True)
class NewRelease:
    """What to publish. percent: of the devices. least_version: of emotion-edge on them."""

    file: Path
    name: str
    percent: float
    least_version: str


def release(repository: Path, keys: KeyFolder, new: NewRelease) -> Iterator[str]:
    """Publish a model; yield lines about it.

    Raises UserError unless it is one that works here, under a name that is free.
    """
    _check_names(new)
    content = read_whole_model(new.file)
    with opened_repository(repository) as opened:
        signers = signers_of(keys, opened.root.signed)
        targets = opened.targets.signed
        _check_new(new, content, targets)
        number = max((custom(each)["number"] for each in targets.targets.values()), default=0) + 1
        target = _make_target(new, content, number)
        (path,) = target.get_prefixed_paths()
        write_durably(targets_folder(repository) / path, content)
        targets.targets[target.path] = target
        opened.publish(signers)
    share = custom(target)["percent"]
    yield f"published {new.name} as number {number}, for {share} % of the devices"


def change_percent(repository: Path, keys: KeyFolder, name: str, percent: float) -> Iterator[str]:
    """Change the share of the devices that are to have a release; yield a line about it."""
    with opened_repository(repository) as opened:
        target = _find(opened.targets.signed, name)
        former = custom(target)["percent"]
        custom(target)["percent"] = _written(percent)
        opened.publish(signers_of(keys, opened.root.signed))
    yield f"{name}: {former} % -> {custom(target)['percent']} % of the devices"


def signers_of(keys: KeyFolder, root: Root, first: str = Targets.type) -> Signers:
    """Return what signs `first` and all that must name it then."""
    return {role: [keys.signer(role, root)] for role in ONLINE[ONLINE.index(first) :]}


def target_path(name: str) -> str:
    """Return the path by which TUF knows a release."""
    return f"{name}.tflite"


def custom(target: TargetFile) -> dict[str, Any]:
    """Return what this program says about a target."""
    found: dict[str, Any] = target.unrecognized_fields["custom"]
    return found


def _check_names(new: NewRelease) -> None:
    if not _NAME.fullmatch(new.name):
        raise UserError(
            f"--name {new.name}: not a name for a file everywhere",
            "use up to 60 letters A to Z, digits, dots, hyphens and underscores, and begin with a "
            "letter or digit, as in 2026-12",
        )
    if not _VERSION.fullmatch(new.least_version):
        raise UserError(f"--least-version {new.least_version}: not a version, such as 1.0.0")


def _check_new(new: NewRelease, content: bytes, targets: Targets) -> None:
    if target_path(new.name) in targets.targets:
        raise UserError(
            f"--name {new.name}: there is a release of this name",
            "a release never changes: choose another name, or change how many devices get it "
            "with `percent`",
        )
    digest = hashlib.sha256(content).hexdigest()
    for target in targets.targets.values():
        if target.hashes["sha256"] == digest:
            name = custom(target)["name"]
            raise UserError(
                f"{new.file}: this file is release {name} already",
                f"change how many devices get it: `percent {name} P`",
            )


def read_whole_model(path: Path) -> bytes:
    """Return a model's file; raises UserError unless the model passes its self-test here."""
    model = read_model(path)
    try:
        try_model(model, RuntimeSettings())
    except RunError as error:  # it is the file that is bad, not this computer
        raise UserError(f"the model does not work: {error.found}", error.remedy) from None
    try:
        content = read_regular_file(path, MAX_FILE)
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise UserError(f"{path}: it was changed while it was read", "try again")
    return content


def _make_target(new: NewRelease, content: bytes, number: int) -> TargetFile:
    target = TargetFile.from_data(target_path(new.name), content, ["sha256"])
    target.unrecognized_fields["custom"] = {
        "name": new.name,
        "number": number,
        "least_version": new.least_version,
        "percent": _written(new.percent),
        # Another one for each release, so that it is not always the same devices that go first.
        "salt": secrets.token_hex(16),
    }
    return target


def _written(percent: float) -> int | str:
    """Return a share as metadata has it: what TUF signs has no fractions, so they are a text."""
    return int(percent) if percent.is_integer() else repr(percent)


def _find(targets: Targets, name: str) -> TargetFile:
    if found := targets.targets.get(target_path(name)):
        return found
    names = [custom(each)["name"] for each in targets.targets.values()]
    meant = most_similar(name, names)
    raise UserError(
        f"{name}: there is no such release",
        f"did you mean {meant}?" if meant else "`show` lists those that there are",
    )
