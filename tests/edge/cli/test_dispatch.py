"""The command line imports only what a command needs."""

import pytest

from tests.edge.command_line import edge_in_python
from tests.edge.models import INT8


@pytest.mark.parametrize("line", [["info", INT8], ["run", "--model", INT8, "--source"]])
def test_the_command_line_does_not_import_the_workbench(line, photos):
    program = (
        "main(arguments)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    result = edge_in_python(program, *line, *([photos] if line[0] == "run" else []))
    assert result.returncode == 0, result.stderr
    loaded = set(result.stderr.splitlines()[-1].split())
    assert "emotion_edge" in loaded
    assert not loaded & {"tensorflow", "keras", "train", "convert", "evaluation", "av", "paho"}
