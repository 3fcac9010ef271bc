"""Bad broker addresses in --to."""

import pytest

from tests.edge.command_line import edge
from tests.edge.models import INT8


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt:///hall", "not mqtt[s]://"),
        ("http://broker/hall", "not mqtt[s]://"),
        ("mqtt://broker:70000/hall", "not mqtt[s]://"),
        ("mqtt://broker:0/hall", "not mqtt[s]://"),
        ("mqtt://broker/a/#", "not mqtt[s]://"),
        ("mqtt://broker/a/+/b", "prefix"),
        ("mqtt://broker/$SYS", "prefix"),
    ],
)
def test_a_malformed_address_is_refused(tmp_path, url, expected):
    result = edge("run", "--model", INT8, "--source", tmp_path, "--to", url)
    assert result.returncode == 2
    assert expected in result.stderr
    assert "Traceback" not in result.stderr
