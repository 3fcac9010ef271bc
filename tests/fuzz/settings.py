"""Settings files (TOML), read as `emotion-edge run --config FILE` reads them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.parser import make_parser
from emotion_edge.cli.settings import run_settings
from tests.fuzz.mutation import mutate

_FILE = b"""source = "picamera2"
every = 0.5
fps = 10
to = ["-", "mqtt://broker/hall"]
face-threshold = 0.7
aggregate = 60
size = "640x480"
all = true
"""


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield damaged copies of a settings file."""
    for number in range(2**31):
        path = folder / f"settings-{number}.toml"
        path.write_bytes(mutate(_FILE, random))
        yield path


def try_input(path: Path) -> None:
    """Merge the file with a command line, and make the settings."""
    argv = ["run", "--config", str(path)]
    run_settings(merge_config(make_parser("").parse_args(argv), argv))
