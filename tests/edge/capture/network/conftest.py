"""Fixtures of network cameras: passwords."""

from pathlib import Path

import pytest

from tests.edge.capture.network.http_camera import SECRET


@pytest.fixture(autouse=True)
def _no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """A file with the password that the cameras ask for."""
    path = tmp_path / "password"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path
