"""What tells this device from others stays as it is: a broker and a staged release rely on it."""

import socket

from emotion_edge.output.mqtt.address.identity import client_id
from emotion_edge.system import device


def test_the_digest_of_a_device_never_changes(monkeypatch, tmp_path):
    monkeypatch.setattr(device, "MACHINE_ID", tmp_path / "machine-id")
    (tmp_path / "machine-id").write_text("0123456789abcdef\n")
    monkeypatch.setattr(socket, "gethostname", lambda: "hall")
    assert client_id("kitchen") == "emotion8a9408978f181d7b"
    assert device.device_digest("a") != device.device_digest("b")
