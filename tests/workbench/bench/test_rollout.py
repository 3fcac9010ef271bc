"""`bench.fleet --updates`: a small fleet tries the bad models, and ends on the good one."""

import pytest

from bench._fleet import rollout
from bench._fleet.rollout import BAD, STEPS
from emotion_edge.errors import RunError
from tests.workbench.conftest import call, command


def test_a_few_devices_go_back_from_bad_models_and_end_on_the_good_one():
    result = call(command("bench.fleet", "--updates", "--devices", 4, "--watch", 2))
    assert result.returncode == 0, result.stderr
    assert "all 4 devices are on the good model" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines() if " % " in line]
    assert [row[0] for row in rows] == [name for name, _ in STEPS]
    tried = {row[0]: row[3:6] for row in rows if row[0] in BAD and row[1] != "0"}
    for name in BAD:
        wanted, stayed, went_back = map(int, tried[name])
        assert wanted == went_back > 0
        assert stayed == 0
    assert [row[:2] for row in rows[-2:]] == [["good", "100"], ["good", "100"]]
    assert sum(int(row[4]) for row in rows if row[0] == "good") == 4  # stayed


def test_a_bad_model_that_no_device_tries_is_a_failure(monkeypatch, tmp_path):
    monkeypatch.setattr(rollout, "RECORDING", tmp_path / "recording")
    monkeypatch.setattr("bench._fleet.installing.UpdatedDevice.wants_another", lambda _: False)
    with pytest.raises(RunError, match="wrong-vector: 0 device"):
        rollout.roll_out(1, watch=1)
