"""The systemd unit's name and what it hands over, and the paths and variables that are read."""

import re
from pathlib import Path

from emotion_edge.commands.install_service import FOLDER, UNIT
from emotion_edge.output.mqtt.password import PASSWORD_VARIABLE
from emotion_edge.system.paths import SYSTEM_FILE
from tests.edge.command_line import edge

_PROMISED = ("Type", "DynamicUser", "SupplementaryGroups", "StateDirectory", "LoadCredential")
_PROMISED += ("RestartPreventExitStatus",)


def service(_: Path) -> dict[str, object]:
    """Return what the printed unit says, and the names that users write elsewhere."""
    printed = edge("install-service", "--print").stdout
    unit = {name: re.findall(rf"^{name}=(.*)$", printed, re.M) for name in _PROMISED}
    unit["ExecStart"] = [re.search(r"^ExecStart=\S*/(emotion-edge.*)$", printed, re.M)[1]]
    unit["ExecReload"] = re.findall(r"^ExecReload=(.*)$", printed, re.M)
    return {
        "unit": str(FOLDER / UNIT),
        "in the unit": unit,
        "settings": str(SYSTEM_FILE),
        "environment": [PASSWORD_VARIABLE],
    }
