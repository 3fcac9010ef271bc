"""Shared by all tests: no privacy notice, and no tests of edge and workbench in one process."""

import os
import signal
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _notice_shown(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mark the privacy notice as shown, in a state folder that is not the user's."""
    state: Path = tmp_path_factory.mktemp("state")
    (state / "emotion-edge").mkdir()
    (state / "emotion-edge" / "notice-shown").touch()
    os.environ["XDG_STATE_HOME"] = str(state)


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_has_its_effect() -> None:
    """Let programs that the tests start react to Ctrl-C, if the tests run in the background.

    A shell lets its background commands ignore it, and what they start inherits that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run tests of the edge and of the workbench in one process.

    tflite-runtime crashes in a process that has imported TensorFlow.
    """
    folders = {item.path.relative_to(Path(__file__).parent).parts[0] for item in session.items}
    if folders >= {"edge", "workbench"}:
        raise pytest.UsageError(
            "run tests/edge and tests/workbench in separate processes, as `make test` does"
        )
