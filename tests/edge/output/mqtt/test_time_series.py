"""docs/time-series.md: totals reach a real PostgreSQL."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import Mosquitto, free_port, plain_broker
from tests.edge.models import with_contract
from tests.edge.recordings import write_changing_colours
from tests.edge.waiting import until

DOCS = Path(__file__).parents[4] / "docs"
PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
ODD = ("it's; DROP TABLE totals", 'a "b" :c', "藍\\")


class PostgreSql:
    """A database on a socket of its own."""

    def __init__(self, folder: Path) -> None:
        """Make and start it; as root, as the user that the package made."""
        # The socket's path must be short.
        self.folder, self._user = folder, []
        self.environment = {**os.environ, "PGHOST": str(folder), "PGPORT": str(free_port())}
        self.environment |= {"PGDATABASE": "postgres", "PGUSER": "postgres"}
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            self._user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._run("initdb", "-A", "trust", "-U", "postgres", "--no-sync", "-D", "data")
        given = f"-k {folder} -p {self.environment['PGPORT']} -c listen_addresses="
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", given, "start")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._user, PROGRAMS / program, *arguments]
        result = subprocess.run(
            command, cwd=self.folder, check=False, timeout=120, stdout=subprocess.DEVNULL
        )
        assert result.returncode == 0, program

    def stop(self) -> None:
        """End it at once."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def ask(self, *arguments: object) -> str:
        """Return what psql prints."""
        result = subprocess.run(
            ["psql", "-qXtA", "-F", "\t", "-v", "ON_ERROR_STOP=1", *map(str, arguments)],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def seconds(self) -> dict[str, float]:
        """Return the seconds of each label."""
        text = self.ask("-c", "SELECT label, sum(seconds) FROM label_seconds GROUP BY 1")
        return {name: float(each) for name, each in (x.split("\t") for x in text.splitlines())}


@pytest.fixture
def database() -> Iterator[PostgreSql]:
    """A PostgreSQL with the tables of the page."""
    if not PROGRAMS or not shutil.which("psql"):
        pytest.skip("PostgreSQL is not installed")
    # Root's temporary folders of pytest are closed to the user of the database.
    with TemporaryDirectory(prefix="postgresql-") as folder:
        found = PostgreSql(Path(folder))
        found.ask("-f", DOCS / "time-series.sql")
        yield found
        found.stop()


@pytest.fixture
def script(broker: Mosquitto, database: PostgreSql) -> Iterator[None]:
    """The script of the page, which writes what the broker gets."""
    command = [DOCS / "mqtt-to-postgresql.sh", "-h", "127.0.0.1", "-p", str(broker.port)]
    command += ["-t", "+/+/totals"]
    process = subprocess.Popen(command, env=database.environment, start_new_session=True)
    until(lambda: "Sending SUBACK" in broker.log, "the subscription")
    yield
    os.killpg(process.pid, 15)
    process.wait(30)


@plain_broker
@pytest.mark.usefixtures("script")
def test_the_seconds_are_added_up_over_a_restart_of_the_daemon(broker, database, daemon, tmp_path):
    model = tmp_path / "model.tflite"
    model.write_bytes(with_contract(labels=ODD))
    source = f"replay:{write_changing_colours(tmp_path / 'recording', seconds=4)}"
    listener = Listener(broker)
    for number in (1, 2):
        run = daemon("--source", source, "--model", model, *broker.options)
        assert run.process.wait(60) == 0
        until(lambda: listener.of("availability").count("offline") == number, "the end")  # noqa: B023
    totals = [each for each in listener.of("totals") if '"count"' in each]
    until(lambda: int(database.ask("-c", "SELECT count(*) FROM totals")) == len(totals), "all rows")
    seconds = database.seconds()
    assert set(seconds) == {*ODD, "unknown", "no_face"}
    assert sum(seconds.values()) == pytest.approx(2 * 3.9, abs=0.4)
    assert database.ask("-c", "SELECT DISTINCT device FROM totals") == "test/hall\n"
