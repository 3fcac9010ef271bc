"""TLS certificates for tests with a broker."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# Of an authority whose certificates are all expired.
AUTHORITY = """[ca]
default_ca=x
[x]
database={folder}/index.txt
serial={folder}/serial
new_certs_dir={folder}
default_md=sha256
policy=p
copy_extensions=copy
[p]
commonName=supplied
"""


@dataclass
class Certificates:
    """PEM files: an authority, the certificates that it signed, and their keys."""

    folder: Path

    def __getattr__(self, name: str) -> Path:
        """Return the path of ca, ca_key, good, good_key, expired, documented_ca, …"""
        return self.folder / f"{name}.pem"

    def make(self) -> Self:
        """Make them with openssl: `good` for localhost, `expired`, `other` for another name.

        `documented` is signed by `documented_ca`, see `_follow_documentation`.
        """
        self._run(
            "req -x509 -newkey rsa:2048 -nodes -subj /CN=tests -days 9 "
            "-addext keyUsage=keyCertSign,cRLSign "  # Python 3.13's clients ask for it
            f"-keyout {self.ca_key} -out {self.ca}"
        )
        self._sign("good", self._request("good", "localhost"))
        self._sign_expired("expired", self._request("expired", "localhost"))
        self._sign("other", self._request("other", "elsewhere.example"))
        self._sign("client", self._request("client", "client"))
        self._follow_documentation()
        return self

    def _follow_documentation(self) -> None:
        """Make an authority and a certificate for localhost with the commands of mosquitto-tls(7).

        -nodes and -subj replace what the commands ask for. The authority gets no key usage, and the
        certificate no extension at all.
        """
        authority, authority_key = self.documented_ca, self.documented_ca_key
        certificate, key = self.documented, self.documented_key
        request = self.folder / "documented.csr"
        self._run(
            f"req -new -x509 -days 9 -extensions v3_ca -keyout {authority_key} -out {authority} "
            "-nodes -subj /CN=authority"
        )
        self._run(f"genrsa -out {key} 2048")
        self._run(f"req -out {request} -key {key} -new -subj /CN=localhost")
        self._run(
            f"x509 -req -in {request} -CA {authority} -CAkey {authority_key} -CAcreateserial "
            f"-out {certificate} -days 9"
        )

    def _request(self, name: str, host: str) -> Path:
        request = self.folder / f"{name}.csr"
        self._run(
            f"req -newkey rsa:2048 -nodes -subj /CN={host} -keyout {self.folder}/{name}_key.pem "
            f"-addext subjectAltName=DNS:{host} -out {request}"
        )
        return request

    def _sign(self, name: str, request: Path) -> None:
        self._run(
            f"x509 -req -in {request} -CA {self.ca} -CAkey {self.ca_key} -CAcreateserial "
            f"-copy_extensions copy -days 9 -out {self.folder}/{name}.pem"
        )

    def _sign_expired(self, name: str, request: Path) -> None:
        """Sign with `openssl ca`: the x509 command of OpenSSL 3.0 has no -not_after."""
        (self.folder / "index.txt").touch()
        (self.folder / "serial").write_text("7000\n")
        (self.folder / "ca.conf").write_text(AUTHORITY.format(folder=self.folder))
        self._run(
            f"ca -batch -config {self.folder}/ca.conf -cert {self.ca} -keyfile {self.ca_key} "
            f"-startdate 20200101000000Z -enddate 20200201000000Z -in {request} "
            f"-out {self.folder}/{name}.pem"
        )

    def _run(self, words: str) -> None:
        subprocess.run(["openssl", *words.split()], check=True, capture_output=True, timeout=60)
