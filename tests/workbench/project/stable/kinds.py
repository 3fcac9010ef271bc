"""All that docs/stability.md promises: names of snapshots, and the functions that see what is."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.workbench.project.stable.broker import mqtt
from tests.workbench.project.stable.command_line import command_line, settings
from tests.workbench.project.stable.exits import exit_codes
from tests.workbench.project.stable.files import files
from tests.workbench.project.stable.lines import json_output
from tests.workbench.project.stable.page import http, metrics
from tests.workbench.project.stable.python_api import python_api
from tests.workbench.project.stable.service import service

# The functions take a folder for their files.
KINDS: Mapping[str, Callable[[Path], dict[str, object]]] = {
    "command-line": command_line,
    "settings": settings,
    "json-output": json_output,
    "exit-codes": exit_codes,
    "mqtt": mqtt,
    "http": http,
    "metrics": metrics,
    "files": files,
    "python-api": python_api,
    "service": service,
}
