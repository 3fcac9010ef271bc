"""The systemd unit's name and what it hands over, and the paths and variables that are read."""

import re
from pathlib import Path
from unittest.mock import patch

from emotion_edge.capture.network import login
from emotion_edge.commands.service.install import FOLDER
from emotion_edge.commands.service.units import UNIT, UNITS
from emotion_edge.output.mqtt.password import PASSWORD_VARIABLE, credential
from emotion_edge.output.web.access.password import password_path
from emotion_edge.output.web.settings import WebSettings
from emotion_edge.system.paths import SYSTEM_FILE
from emotion_edge.util.address import Address
from tests.edge.command_line import edge

_PROMISED = ("Type", "DynamicUser", "SupplementaryGroups", "StateDirectory", "LoadCredential")
_PROMISED += ("RestartPreventExitStatus", "RuntimeDirectory")
_OF_UPDATES = ("Type", "StateDirectory", "OnCalendar", "PathExists")


def service(folder: Path) -> dict[str, object]:
    """Return what the printed unit says, and the names that users write elsewhere."""
    printed = edge("install-service", "--print").stdout
    unit = {name: re.findall(rf"^{name}=(.*)$", printed, re.M) for name in _PROMISED}
    unit["ExecStart"] = _started(printed)
    unit["ExecReload"] = re.findall(r"^ExecReload=(.*)$", printed, re.M)
    return {
        "unit": str(FOLDER / UNIT),
        "in the unit": unit,
        "units for updates": {name: _of_updates(name) for name in UNITS if name != UNIT},
        "credentials that are read": _credentials(folder, unit["LoadCredential"]),
        "settings": str(SYSTEM_FILE),
        "environment": [PASSWORD_VARIABLE],
    }


def _of_updates(name: str) -> dict[str, list[str]]:
    printed = edge("install-service", "--print", name).stdout
    unit = {key: re.findall(rf"^{key}=(.*)$", printed, re.M) for key in _OF_UPDATES}
    return {
        key: values for key, values in {**unit, "ExecStart": _started(printed)}.items() if values
    }


def _started(unit: str) -> list[str]:
    return re.findall(r"^ExecStart=\S*/(emotion-edge.*)$", unit, re.M)


def _credentials(folder: Path, names: list[str]) -> dict[str, str | None]:
    """Return the names of the credentials that the program takes by itself."""
    for name in names:
        (folder / name).write_text("a password")
    with patch.dict("os.environ", {"CREDENTIALS_DIRECTORY": str(folder)}):
        found = {
            "broker": credential(),
            "network camera": login.password_path(None),
            "page": password_path(WebSettings(address=Address("127.0.0.1", 1))),
        }
    return {whose: path and path.name for whose, path in found.items()}
