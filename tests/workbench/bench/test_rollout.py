"""`bench.fleet --updates`: every device of a small fleet ends on the good model."""

from tests.workbench.conftest import call, command


def test_a_few_devices_end_on_the_good_model():
    result = call(command("bench.fleet", "--updates", "--devices", 4))
    assert result.returncode == 0, result.stderr
    assert "all 4 devices are on the good model" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines() if " % " in line]
    assert [row[:2] for row in rows[-2:]] == [["good", "100"], ["good", "100"]]
    assert sum(int(row[4]) for row in rows if row[0] == "good") == 4  # stayed
