"""Print the settings that `run` would use with the same options, and where each comes from: the
command line, the TOML file, or the default.

  emotion-edge config > emotion-edge.toml

The output is itself such a file. The password is never in it. Exit codes: 0 done, 2 bad options.
"""

import json
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import NamedTuple

from emotion_edge.errors import MASK, mask
from emotion_edge.output.mqtt.password import default_origin

COMMAND_LINE = "command line"


class Entry(NamedTuple):
    """A setting. value: TOML's; None if there is none. placeholder: stands for a missing value.

    where: where the value comes from: `COMMAND_LINE`, a file's path, or "default".
    """

    key: str
    value: object
    placeholder: str
    where: str


def show_config(entries: Iterable[Entry], password_file: Path | None) -> Generator[str, None, None]:
    """Yield the settings as lines of TOML, without secrets; missing ones are commented out.

    So are values that are not UTF-8, which only the command line can hold.
    """
    for key, value, placeholder, where in entries:
        text = placeholder if value is None else toml_text(value)
        encodable = text.encode("utf-8", "backslashreplace").decode()
        comment = "# " if value is None or encodable != text else ""
        yield f"{comment}{key} = {encodable}  # {_one_line(where)}"
    if password_file is None and (origin := default_origin()):
        yield f'# password = "{MASK}"  # {origin}'


def _one_line(text: str) -> str:
    """Return a text that ends no comment: a path may have line breaks."""
    return text if text.isprintable() else ascii(text)


def toml_text(value: object) -> str:
    """Return a value as TOML writes it, with passwords in URLs masked."""
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, value))}]"
    if isinstance(value, int | float):
        return json.dumps(value)
    # TOML's strings are JSON's, except for DEL.
    return json.dumps(mask(str(value)), ensure_ascii=False).replace("\x7f", r"\u007f")
