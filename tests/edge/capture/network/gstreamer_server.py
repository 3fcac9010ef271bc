"""Serve a video by RTSP at a free port, which is printed: GStreamer's server, by Debian's Python.

python3 gstreamer_server.py VIDEO PORT LOGIN KIND CERTIFICATE TRANSPORT
VIDEO: H.264 in Matroska. PORT: 0 for a free one. LOGIN: USER:PASSWORD or "". KIND: "digest" or
"basic". CERTIFICATE: PEM with its key, or "". TRANSPORT: the only one that is offered, TCP or UDP.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

MAY = ("media.factory.access", "media.factory.construct")


def authentication(factory, login: str, kind: str, certificate: str):
    """Return what lets only the user with the password in."""
    auth = GstRtspServer.RTSPAuth()
    if certificate:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(certificate))
    if login:
        user, _, password = login.partition(":")
        token, permissions = GstRtspServer.RTSPToken(), GstRtspServer.RTSPPermissions()
        token.set_string("media.factory.role", "user")
        for each in MAY:
            permissions.add_permission_for_role("user", each, True)
        factory.set_permissions(permissions)
        auth.set_supported_methods(getattr(GstRtsp.RTSPAuthMethod, kind.upper()))
        if kind == "basic":
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        else:
            auth.add_digest(user, password, token)
    return auth


def main(video: str, port: str, login: str, kind: str, certificate: str, transport: str) -> None:
    """Serve until the process is killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=port)
    factory = GstRtspServer.RTSPMediaFactory()
    pay = "rtph264pay name=pay0 config-interval=-1"
    factory.set_launch(f"( filesrc location={video} ! matroskademux ! queue ! {pay} )")
    factory.set_shared(True)
    factory.set_protocols(getattr(GstRtsp.RTSPLowerTrans, transport))
    server.get_mount_points().add_factory("/stream", factory)
    if login or certificate:
        server.set_auth(authentication(factory, login, kind, certificate))
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
