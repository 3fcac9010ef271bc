"""Do the steps of a Containerfile in root folders, as root: a container engine needs more rights.

The base image is a root folder of Debian. Each stage gets a copy of the folder that its FROM names.
"""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc")
WRITABLE = 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" "$@"'
PAIRS = ("ENV", "LABEL")  # their text is name=value
READ_ONLY = 'mount --bind "$0" "$0"; @mounts@ mount -o remount,bind,ro "$0"; '


@dataclass
class Stage:
    """What a stage has become: its root folder, and how its program starts."""

    root: Path
    arguments: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    labels: dict[str, str] = field(default_factory=dict)
    user: str = "0"
    folder: str = "/"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def run(self, script: str) -> None:
        """Run a shell script as root, with a root folder that can be written."""
        words = [*NAMESPACE, WRITABLE, self.root, "env", *self._variables(self.arguments)]
        words += ["sh", "-c", script]
        done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"

    def start(self, *words: str, mounts: str = "", **environment: str) -> list[str]:
        """Return the command that runs words, or the stage's own command, as an engine would.

        It is the entrypoint's argument. The root folder cannot be written. mounts: a shell script
        that mounts more below "$0".
        """
        return self.execute(
            *self.entrypoint, *(words or self.command), mounts=mounts, **environment
        )

    def execute(self, *words: str, mounts: str = "", **environment: str) -> list[str]:
        """Do as `start` does, but without the entrypoint."""
        inside = ["env", "-i", f"--chdir={self.folder}", *self._variables(environment), *words]
        if self.user != "0":
            who = ("--reuid", self.user, "--regid", self.user, "--init-groups")
            inside = ["setpriv", *who, "--no-new-privs", "--bounding-set=-all", *inside]
        script = READ_ONLY.replace("@mounts@", f"{mounts};" if mounts else "") + WRITABLE
        return [*NAMESPACE, script, str(self.root), *inside]

    def _variables(self, more: dict[str, str]) -> list[str]:
        return [f"{name}={value}" for name, value in (self.environment | more).items()]


def read_steps(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction and its text, without comments and broken lines."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def build(text: str, base: Path, context: Path, folder: Path) -> dict[str, Stage]:
    """Do all steps; return the stages by name. context: what COPY copies from."""
    stages: dict[str, Stage] = {}
    given: dict[str, str] = {}  # arguments before the first stage
    for word, rest in read_steps(text):
        if word == "FROM":
            source, _, name = rest.partition(" AS ")
            stages[name] = stage = _begin(stages.get(source) or Stage(base), folder / name)
        elif word == "ARG":
            name, _, value = rest.partition("=")
            (stage.arguments if stages else given)[name] = value or given[name]
        else:
            _do(stage, stages, context, word, rest)
    return stages


def _begin(source: Stage, root: Path) -> Stage:
    subprocess.run(["cp", "-a", "--reflink=auto", source.root, root], check=True)
    return replace(source, root=root, arguments={}, environment={**source.environment}, labels={})


def _do(stage: Stage, stages: dict[str, Stage], context: Path, word: str, rest: str) -> None:
    known = {**stage.environment, **stage.arguments}
    pairs = dict(each.split("=", 1) for each in shlex.split(rest)) if word in PAIRS else {}
    pairs = {name: Template(value).substitute(known) for name, value in pairs.items()}
    match word:
        case "RUN":
            stage.run(rest)
        case "COPY":
            *options, source, target = Template(rest).substitute(known).split()
            origin = stages[options[0].removeprefix("--from=")].root if options else context
            _copy(origin / source.lstrip("/"), stage.root / target.lstrip("/"))
        case "ENV":
            stage.environment |= pairs
        case "LABEL":
            stage.labels |= pairs
        case "USER":
            stage.user = rest
        case "WORKDIR":
            stage.folder = rest
        case "ENTRYPOINT":
            stage.entrypoint, stage.command = json.loads(rest), []
        case "CMD":
            stage.command = json.loads(rest)
        case _:
            raise AssertionError(f"{word}: not known to this test")


def _copy(source: Path, target: Path) -> None:
    """Copy a file to a file or into a folder, or a folder's content."""
    onto = ["-T", source, target] if source.is_dir() else [source, target]
    subprocess.run(["cp", "-a", "--no-preserve=ownership", *onto], check=True)
