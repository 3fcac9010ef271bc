"""stdin, stdout and stderr that are closed or gone."""

import json
import subprocess

import pytest

from tests.edge.command_line import command
from tests.edge.models import INT8
from tests.edge.pictures import save


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_other_file(closed, tmp_path):
    photo = tmp_path / "photo.png"
    words = command("run", "--model", INT8, "--faces", "off", "--source", photo)
    save(photo, "red")
    result = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *words], capture_output=True, text=True, check=False
    )
    if ">&- " in closed or closed == ">&-":
        assert (result.returncode, result.stdout) == (2, "")
    else:
        assert result.returncode == 0
        assert json.loads(result.stdout)["label"] == "red"


def test_with_stderr_closed_or_gone_errors_keep_stdout_clean_and_their_exit_code():
    words = command("run", "--source", "nowhere.jpg")
    for shell in ('"$@" 2>&-', '"$@" 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}'):
        result = subprocess.run(
            ["bash", "-c", shell, "bash", *words], capture_output=True, text=True, check=False
        )
        assert (result.returncode, result.stdout) == (2, "")
