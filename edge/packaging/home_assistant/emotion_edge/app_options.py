"""The app's options: read and checked, and what is wrong said in their own names."""

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emotion_edge.capture.network.address import is_network_camera, parse_camera_address
from emotion_edge.capture.network.login import find_password
from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.parser import make_parser
from emotion_edge.cli.settings import run_settings
from emotion_edge.commands.settings import RunSettings
from emotion_edge.errors import UserError
from emotion_edge.output.factory import check_output
from emotion_edge.output.web.access.password import read_web_password

Options = Mapping[str, Any]
LISTS, SWITCHES = ("source", "settings"), ("history",)
# What the program's own settings are called here.
NAMES = {"to": "mqtt_url", "password-file": "mqtt_password", "web": "web_password"}
NAMES |= {"source-password-file": "source_password", "web-password-file": "web_password"}
NAMES |= {"web-host": "web_host"}


class Problem(Exception):  # noqa: N818 - it is what the user reads
    """What keeps the app from starting, and what to do."""


def read_options(path: Path) -> Options:
    """Return the options that are not empty, and the defaults of those that the app needs."""
    try:
        options = json.loads(path.read_bytes())
    except OSError as error:
        raise Problem(f"{path}: cannot read it: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Problem(f"{path}: not JSON; save the app's options again") from None
    if not isinstance(options, dict):
        raise Problem(f"{path}: no options are in it; save the app's options again")
    given = {name: value for name, value in options.items() if value not in ("", None)}
    for name, value in given.items():
        _check_type(name, value)
    if not given.get("source"):
        raise Problem("source: it is empty; write v4l2:/dev/video0, or a network camera's address")
    return {"settings": [], "history": False, "mqtt_prefix": "emotion-edge", **given}


def _check_type(name: str, value: object) -> None:
    if name in SWITCHES:
        right, expected = isinstance(value, bool), "true or false"
    elif name in LISTS:
        right, expected = isinstance(value, list) and all(map(is_text, value)), "a list of texts"
    else:
        right, expected = is_text(value), "text"
    if not right:
        raise Problem(f"{name}: it is not {expected}; write it again")


def is_text(value: object) -> bool:
    """Return whether a value is text, without halves of characters, which no file can hold."""
    return isinstance(value, str) and value == value.encode(errors="ignore").decode()


def check_settings(config: Path, options: Options) -> None:
    """Raise Problem, in the words of the options, if the program would refuse its settings."""
    words = ["run", "--config", str(config)]
    logging.disable()  # the program warns by itself
    try:
        _check(run_settings(merge_config(make_parser("").parse_args(words), words)))
    except UserError as error:
        raise Problem(in_words_of_options(str(error), config, options)) from None


def _check(settings: RunSettings) -> None:
    """Raise UserError for what the program checks only when it opens the source and the page."""
    check_output(settings.output, several=len(settings.sources) > 1)
    if settings.output.web:
        read_web_password(settings.output.web)
    for source in settings.sources:
        if is_network_camera(source.source):
            find_password(parse_camera_address(source.source), source.camera.password_file)


def in_words_of_options(text: str, config: Path, options: Options) -> str:
    """Return what the program says with the names of options instead of its own and of files."""
    names = NAMES if "mqtt_url" in options else {**NAMES, "to": "Home Assistant's broker"}

    def name(match: re.Match[str]) -> str:
        return names.get(match[1], match[1])

    text = text.replace(" or the environment variable EMOTION_EDGE_PASSWORD", "")
    known = "|".join((*names, "source"))
    text = re.sub(rf"{re.escape(str(config))}: ({known})(?= = )", name, text)
    text = text.replace(str(config), "settings")
    files = rf"(?: PATH| {re.escape(str(config.parent))}/[a-z-]+)?"
    return re.sub(rf"(?<![\w-])--([a-z][a-z-]*[a-z]){files}", name, text)
