"""Notifications to systemd, on real sockets."""

import os
import socket
import subprocess
import sys

import pytest

from emotion_edge.system.systemd import notify


@pytest.mark.parametrize("kind", ["file", "abstract"])
def test_systemd_receives_notifications(kind, tmp_path, monkeypatch):
    name = str(tmp_path / "notify") if kind == "file" else f"@emotion-edge-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name.replace("@", "\0"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        notify("READY=1")
        notify("WATCHDOG=1", "STATUS=2 faces")
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"WATCHDOG=1\nSTATUS=2 faces"


@pytest.mark.parametrize("break_", ["\n", "\r", "\0", "\x1b[31m", "\x85", "\u2028", "\udcff"])
def test_no_text_begins_another_field(break_, tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify("WATCHDOG=1", f"STATUS=gone{break_}MAINPID=1{'é' * 5000}")
        first, second = manager.recv(9999).decode().split("\n")
    assert first == "WATCHDOG=1"
    assert second.startswith("STATUS=gone ")
    assert second.isprintable()
    assert len(second.encode()) < 1000


def test_without_systemd_nothing_happens(tmp_path, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "")
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/" + "long" * 100)
    notify("READY=1")


def test_a_manager_that_does_not_read_does_not_block(tmp_path):
    name = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                while True:
                    other.sendto(b"full", name)
        code = "from emotion_edge.system.systemd import notify; notify('WATCHDOG=1')"
        environment = {**os.environ, "NOTIFY_SOCKET": name}
        subprocess.run([sys.executable, "-c", code], env=environment, timeout=5, check=True)
