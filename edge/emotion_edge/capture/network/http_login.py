"""HTTP logins for cameras by urllib, which asks once: cameras lock an account after wrong ones."""

import hashlib
from collections.abc import Callable
from http.client import HTTPMessage
from typing import IO, Any
from urllib.request import HTTPBasicAuthHandler, HTTPDigestAuthHandler, Request, parse_http_list

_HASHES = {"MD5": hashlib.md5, "SHA": hashlib.sha1, "SHA-256": hashlib.sha256}


class DigestLogin(HTTPDigestAuthHandler):
    """Answers a challenge of digest authentication (RFC 7616) once."""

    def http_error_401(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """Ask again with a login, or return None if there is no such challenge."""
        challenges = [each for each in _challenges(headers) if each.lower().startswith("digest ")]
        known = [each for each in challenges if _algorithm(each) in _HASHES]
        if not known or req.has_header(self.auth_header):
            return None
        return self.retry_http_digest_auth(req, known[0])

    def get_algorithm_impls(
        self, algorithm: str
    ) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        """Return the hash H and KD of RFC 7616; urllib's know no SHA-256 and no other letters."""
        make = _HASHES[algorithm.upper()]

        def digest(text: str) -> str:
            return make(text.encode()).hexdigest()

        return digest, lambda secret, data: digest(f"{secret}:{data}")


class BasicLogin(HTTPBasicAuthHandler):
    """Answers a challenge of basic authentication (RFC 7617) once; digest comes before it."""

    def http_error_401(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """Ask again with a login, or return None if there is no such challenge."""
        if req.has_header(self.auth_header):
            return None
        return super().http_error_401(req, fp, code, msg, headers)


def _challenges(headers: HTTPMessage) -> list[str]:
    return [str(each).strip() for each in headers.get_all("WWW-Authenticate", [])]


def _algorithm(challenge: str) -> str:
    for each in parse_http_list(challenge.partition(" ")[2]):
        name, _, value = each.partition("=")
        if name.strip().lower() == "algorithm":
            return value.strip().strip('"').upper()
    return "MD5"
