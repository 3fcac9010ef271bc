"""The certificates that are trusted."""

import ssl

import pytest

from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.login import MqttSettings, make_client


def strict_context(*, cafile) -> ssl.SSLContext:
    """Return the default context of Python 3.13 on every Python."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def shake_hands(certificates, context: ssl.SSLContext, certificate: str, host: str) -> None:
    """Connect to a TLS server with this certificate. Raises SSLError if it is not trusted."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    names = (certificate, f"{certificate}_key")
    server_context.load_cert_chain(*(getattr(certificates, name) for name in names))
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(ours, theirs, server_side=True)
    client = context.wrap_bio(theirs, ours, server_hostname=host)
    for side in (client, server, client):  # TLS 1.3: hello, certificate, verification
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize(
    ("authority", "certificate", "host", "refusal"),
    [
        ("documented_ca", "documented", "localhost", None),
        ("ca", "good", "localhost", None),
        ("ca", "documented", "localhost", "certificate verify failed"),
        ("documented_ca", "documented", "elsewhere.example", "Hostname mismatch"),
        ("ca", "other", "localhost", "Hostname mismatch"),
        ("ca", "expired", "localhost", "certificate has expired"),
    ],
)
def test_certificates_without_key_usage_are_trusted_and_others_refused_on_every_python(
    certificates, monkeypatch, authority, certificate, host, refusal
):
    monkeypatch.setattr(ssl, "create_default_context", strict_context)
    settings = MqttSettings(ca_file=getattr(certificates, authority))
    context = make_client(parse_address("mqtts://localhost/hall"), settings)._ssl_context
    if refusal is None:
        shake_hands(certificates, context, certificate, host)
    else:
        with pytest.raises(ssl.SSLCertVerificationError, match=refusal):
            shake_hands(certificates, context, certificate, host)
