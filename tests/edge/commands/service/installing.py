"""Install the service into a folder."""

import subprocess
import sys
from pathlib import Path


def install(
    folder: Path, *arguments: str, hidden: tuple[str, ...] = ("/nowhere",), prefix: tuple = ()
) -> subprocess.CompletedProcess[str]:
    """Run install-service for units in `folder` and a service that cannot see `hidden`."""
    code = (
        "import sys; from pathlib import Path;"
        "from emotion_edge.commands.service import install as service;"
        "from emotion_edge.__main__ import main;"
        f"service.FOLDER, service.HIDDEN = Path({str(folder)!r}), {hidden!r};"
        "service.RUNTIME_FOLDER = service.FOLDER / 'run';"
        "sys.exit(main(['install-service', *sys.argv[1:]]))"
    )
    command = [*prefix, sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
