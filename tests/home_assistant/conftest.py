"""One Home Assistant and one broker for all tests, and daemons that publish to it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

from tests.edge.brokers.mosquitto import Mosquitto
from tests.edge.daemon import Daemon
from tests.edge.photographs import frame_with_heads
from tests.edge.recordings import write_changing_colours
from tests.home_assistant.hass import HomeAssistant

RATE, SECONDS = 5, 600
HEADS = {"nobody": (), "one": ((60, 120),), "two": ((60, 120), (400, 120))}


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker without security."""
    mosquitto = Mosquitto(tmp_path_factory.mktemp("broker")).start()
    yield mosquitto
    mosquitto.kill()


@pytest.fixture(scope="session")
def home(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeAssistant]:
    """A Home Assistant that has started."""
    if "HOME_ASSISTANT" not in os.environ:
        pytest.skip("make test-home-assistant says where Home Assistant is")
    hass = HomeAssistant(tmp_path_factory.mktemp("home") / "config", broker.port)
    try:
        yield hass.start()
    finally:
        hass.stop()


@pytest.fixture(scope="session")
def start(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable]:
    """A function that starts a daemon with a prefix; the daemon is killed at the end."""
    daemons: list[Daemon] = []

    def start_daemon(prefix: str, *options: object) -> Daemon:
        to = f"mqtt://localhost:{broker.port}/{quote(prefix)}"
        folder = tmp_path_factory.mktemp("daemon")
        daemons.append(Daemon(folder, "--to", to, *options))
        return daemons[-1]

    yield start_daemon
    for each in daemons:
        each.kill()


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A source that shows nobody, one face, two faces and nobody again, for 4 seconds each."""
    folder: Path = tmp_path_factory.mktemp("people")
    for name, places in HEADS.items():
        Image.fromarray(frame_with_heads(*places)).save(folder / f"{name}.png")
    order = [name for name in HEADS for _ in range(4 * RATE)]
    rows = [f"{order[i % len(order)]}.png,{i / RATE:.3f}" for i in range(RATE * SECONDS)]
    (folder / "times.csv").write_text("\n".join(["file,seconds", *rows]) + "\n")
    return f"replay:{folder}"


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A source of red, green and blue, a second each."""
    return f"replay:{write_changing_colours(tmp_path_factory.mktemp('colours'), seconds=SECONDS)}"


@pytest.fixture(scope="session", autouse=True)
def aggregated(home: HomeAssistant, start: Callable[..., Daemon], colours: str) -> Daemon:
    """A daemon with --aggregate, started before the first test, as its period takes a minute."""
    return start("yard", "--source", colours, "--aggregate", 1)
