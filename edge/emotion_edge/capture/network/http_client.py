"""HTTP from a camera by the standard library, with limits, and an end that another thread can set.

A camera is asked directly, whatever proxy the environment names, because it is in the local network
and its password is for nobody else. Only its own origin gets the login.
"""

import http.client
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError

from emotion_edge import __version__
from emotion_edge.capture.network.address import CameraAddress
from emotion_edge.capture.network.http_connections import Http, Https, OpenSockets, Redirects
from emotion_edge.capture.network.http_login import BasicLogin, DigestLogin
from emotion_edge.capture.network.problems import RefusedError, connection_error, status_error
from emotion_edge.capture.network.tls import make_tls_context

TIMEOUT_S = 10.0  # without a byte
DOWNGRADE = "it redirects from https:// to an address without TLS"


class HttpClient:
    """Asks one camera."""

    def __init__(self, address: CameraAddress, password: str | None, ca_file: Path | None) -> None:
        """password: of the address's user. ca_file: certificates to trust; None: the system's."""
        self.address = address
        self._sockets = OpenSockets()
        passwords = request.HTTPPasswordMgrWithDefaultRealm()
        if address.user is not None:
            passwords.add_password(None, f"{address.origin}/", address.user, password or "")
        self._opener = request.OpenerDirector()
        self._opener.addheaders = [("User-Agent", f"emotion-edge/{__version__}")]
        context = make_tls_context(ca_file)
        for handler in (
            Http(self._sockets),
            Https(self._sockets, context),
            _Redirect(),
            DigestLogin(passwords),
            BasicLogin(passwords),
            request.HTTPErrorProcessor(),
            request.HTTPDefaultErrorHandler(),
            request.UnknownHandler(),
        ):
            self._opener.add_handler(handler)

    def get(self, url: str) -> Any:
        """Return the response, whose `url` is where redirects have led; raises CameraError."""
        try:
            return self._opener.open(url, timeout=TIMEOUT_S)
        except HTTPError as error:
            with error:
                if 300 <= error.code < 400:
                    raise RefusedError(
                        "its redirects lead nowhere", "correct the address"
                    ) from None
                raise status_error(error.code, self.address) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise connection_error(error, self.address) from None

    def abort(self) -> None:
        """Let whatever another thread reads or opens fail now."""
        self._sockets.close()


class _Redirect(Redirects):
    """Follows redirects, but not from TLS to none."""

    def redirect_request(self, req: request.Request, *answer: Any) -> request.Request | None:
        """Return the next request."""
        new = super().redirect_request(req, *answer)
        if new is not None and req.type == "https" and new.type != "https":
            raise RefusedError(DOWNGRADE, "give that address, if it is to be read without TLS")
        return new
