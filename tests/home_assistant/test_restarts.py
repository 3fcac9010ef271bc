"""Restarts of either side, statistics, --aggregate, and the end of a device."""

import json
import time

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import Mosquitto
from tests.edge.command_line import edge
from tests.edge.waiting import until

RED = "sensor.emotion_stairs_seconds_of_red"
FACES = "sensor.emotion_stairs_faces_labelled_red"
TOTALS = "stairs/totals"
BEGAN = time.time()


def seen(broker: Mosquitto) -> float:
    """Return the red seconds that the daemon on the stairs has published last."""
    listener = Listener(broker)
    found = until(lambda: [text for topic, text, _ in listener.heard if topic == TOTALS], TOTALS)
    return json.loads(found[-1])["seconds"]["red"]


def test_statistics_go_on_over_restarts_of_the_daemon(home, broker, start, colours):
    total = 0.0
    for _ in range(2):
        run = start("stairs", "--source", colours)
        home.wait("sensor.emotion_stairs_emotion", "blue")
        assert run.end()[0] == 0
        home.wait("sensor.emotion_stairs_emotion", "unavailable")
        assert set(home.ours("emotion_stairs_").values()) == {"unavailable"}
        total += seen(broker)
    assert total > 1
    for period in ("5minute", "hour", "day"):
        rows = home.ask("statistics", since=BEGAN, period=period)[RED]
        assert rows[-1]["sum"] == pytest.approx(total)
        assert sum(row["change"] for row in rows) == pytest.approx(total)


def test_after_a_restart_of_home_assistant_everything_is_there_again(home, start, colours):
    run = start("stairs", "--source", colours)
    home.wait("sensor.emotion_stairs_emotion", "blue")
    before = set(home.ours("emotion_stairs_"))
    home.ask("enable", entity_id=FACES)
    home.stop()
    home.start()
    home.wait("sensor.emotion_stairs_emotion", "red", "green", "blue")
    assert set(home.ours("emotion_stairs_")) == before | {FACES}
    home.wait(FACES, "1")
    home.wait(FACES, "0")
    assert float(home.state(RED)) >= 0
    run.kill()  # as in a power cut: the broker tells of it
    home.wait("sensor.emotion_stairs_emotion", "unavailable")
    assert set(home.ours("emotion_stairs_").values()) == {"unavailable"}


def test_with_aggregate_there_are_steps_and_nobody_in_view(home, aggregated):
    unknown = (None, "unknown", "unavailable", "0.0")
    until(lambda: home.state(yard("seconds_of_red")) not in unknown, "a step", 90)
    ours = home.ours("emotion_yard_")
    labels = ("red", "green", "blue", "unknown")
    assert set(ours) == {
        *(yard(f"seconds_of_{label}") for label in labels),
        yard("seconds_without_a_face"),
        yard("frame_rate"),
        yard("temperature"),
        "binary_sensor.emotion_yard_camera",
        "switch.emotion_yard_pause",
    }
    seconds = sum(float(state) for name, state in ours.items() if "_seconds_" in name)
    periods = round(seconds / 60)
    assert periods >= 1
    assert seconds == pytest.approx(60 * periods, abs=periods)
    assert aggregated.end()[0] == 0


def yard(name: str) -> str:
    return f"sensor.emotion_yard_{name}"


@pytest.mark.parametrize("prefix", ["yard", "stairs"])
def test_forget_removes_all_of_a_device(home, broker, prefix):
    assert home.ours(f"emotion_{prefix}_")
    result = edge("forget", "--to", f"mqtt://localhost:{broker.port}/{prefix}")
    assert result.returncode == 0, result.stderr
    until(lambda: not home.ours(f"emotion_{prefix}_"), "the end of the device")
    assert not [name for name in home.ask("entities") if f".emotion_{prefix}_" in name]
    assert f"Emotion {prefix}" not in [each["name"] for each in home.ask("devices")]
    late = Listener(broker)
    late.client.publish("end", "end")
    until(lambda: [each for each in late.heard if each[0] == "end"], "the end")
    assert not [each for each in late.heard if each[0].startswith(f"{prefix}/")]
