"""Settings files (TOML), read as `emotion-edge run --config FILE` reads them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from emotion_edge.cli.config_file import merge_config
from emotion_edge.cli.parser import make_parser
from emotion_edge.cli.settings import run_settings
from tests.fuzz.mutation import mutate

_LINES = (
    'source = "picamera2"',
    "every = 0.5",
    "fps = 10",
    'to = ["-", "mqtt://broker/hall"]',
    "face-threshold = 0.7",
    "aggregate = 60",
    'size = "640x480"',
    "all = true",
    "threads = 2",
    'metrics = "127.0.0.1:9100"',
    "max-megapixels = 20",
    'discovery = "homeassistant"',
)
_VALUES = (
    *("0", "-1", "1e308", "-0.0", "inf", "nan", "1e-320", "0x" + "f" * 5000, "9" * 5000, "0b1"),
    *("true", "false", '""', '"x"', "'-'", '"\\u0000"', '"\\u001b[31m"', '"é\\n"', "[]", "{}"),
    *("[[]]", '["-", 1]', "[{}]", "{a = 1}", "2026-01-01", "10:00:00", '"""a\nb"""', "[1, [2]]"),
    *('"99999x99999"', '"mqtt://h/#"', '"ssl://u:p@h/x"', '"\\ud800"', '"~"', '"-"', '"a/b"'),
)


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield files with other values, tables and nesting, and with damaged bytes."""
    for number in range(2**31):
        lines = random.sample(_LINES, random.randrange(1, len(_LINES)))
        for _ in range(random.choice((0, 1, 1, 2))):
            random.choice(_WAYS)(lines, random)
        content = ("\n".join(lines) + "\n").encode()
        path = folder / f"settings-{number}.toml"
        path.write_bytes(mutate(content, random) if random.random() < 0.5 else content)
        yield path


def _change_value(lines: list[str], random: Random) -> None:
    place = random.randrange(len(lines))
    lines[place] = f"{lines[place].partition(' = ')[0]} = {random.choice(_VALUES)}"


def _add_table(lines: list[str], random: Random) -> None:
    name = random.choice(("mqtt", "face", "size", "a.b", '""', '"x y"', "to"))
    header = f"[[{name}]]" if random.random() < 0.3 else f"[{name}]"
    lines.insert(random.randrange(len(lines) + 1), header)


def _nest(lines: list[str], random: Random) -> None:
    depth = random.choice((10, 100, 300, 5000))
    start, end = random.choice((("[", "]"), ("{a = ", "}")))
    lines.append(f"to = {start * depth}1{end * depth}")


def _lengthen(lines: list[str], random: Random) -> None:
    times = random.choice((100, 10_000, 100_000))
    unit = random.choice(("a.", "[", "#\n", '"', "\\", "'", "a = 1\n", "é", "\t", ", "))
    lines.insert(random.randrange(len(lines) + 1), unit * times)


def _change_encoding(lines: list[str], random: Random) -> None:
    lines[0] = random.choice(("\ufeff", "\r", "\0", "\u2028")) + lines[0]


_WAYS: tuple[Callable[[list[str], Random], None], ...] = (
    _change_value,
    _change_value,
    _change_value,
    _add_table,
    _nest,
    _lengthen,
    _change_encoding,
)


def try_input(path: Path) -> None:
    """Merge the file with a command line, and make the settings."""
    argv = ["run", "--config", str(path)]
    run_settings(merge_config(make_parser("").parse_args(argv), argv))
