"""Write the SBOM of a wheel to stdout: CycloneDX, with what it depends on and the networks in it.

  python edge/packaging/sbom.py dist/emotion_edge-1.0.0-py3-none-any.whl

It installs the wheel into an environment of its own, so it needs a package index.
Exit codes: 0 done, 1 pip or cyclonedx-py failed, 2 wrong arguments.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Any

# Suppliers of the networks in the wheel.
SUPPLIERS = {
    "blazeface.tflite": "Google (MediaPipe)",
    "emotion-compact.tflite": "emotion-edge",
    "face-proposer.tflite": "emotion-edge",
}


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wheel", type=Path, help="the wheel of emotion-edge")
    wheel = parser.parse_args().wheel
    if not zipfile.is_zipfile(wheel):
        parser.error(f"{wheel}: not a wheel")
    try:
        described = describe(wheel)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"sbom: failed: {' '.join(map(str, error.cmd))}\n")
        return 1
    sys.stdout.write(json.dumps(described, indent=1) + "\n")
    return 0


def describe(wheel: Path) -> dict[str, Any]:
    """Return the SBOM. Raises CalledProcessError if a program fails."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=False)  # so that pip is not listed
        python = Path(folder, "bin/python")
        options = ("--quiet", "--disable-pip-version-check", "--report", Path(folder, "report"))
        run(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel)
        report = json.loads(Path(folder, "report").read_text(encoding="utf-8"))
        listed = run(
            *(Path(sys.executable).with_name("cyclonedx-py"), "environment"),
            *("--output-reproducible", "--of", "JSON", python),
        )
    bom: dict[str, Any] = json.loads(listed)
    ours = next(each for each in bom["components"] if each["name"] == "emotion-edge")
    del ours["externalReferences"]  # the wheel's path here
    bom["components"].remove(ours)
    ours |= {"type": "application", "hashes": hashes(wheel.read_bytes())}
    bom["metadata"]["component"] = ours
    add_hashes(bom["components"], report["install"])
    inside = networks(wheel)
    bom["components"] += inside
    (needs,) = (each for each in bom["dependencies"] if each["ref"] == ours["bom-ref"])
    needs["dependsOn"] += [each["bom-ref"] for each in inside]
    return bom


def add_hashes(components: list[dict[str, Any]], installed: list[dict[str, Any]]) -> None:
    """Add to each component the SHA-256 of its wheel. installed: of pip's report."""
    sums = {
        canonical(each["metadata"]["name"]): each["download_info"]["archive_info"]["hashes"]
        for each in installed
    }
    for each in components:
        sha256 = sums[canonical(each["name"])]["sha256"]
        each["hashes"] = [{"alg": "SHA-256", "content": sha256}]


def canonical(name: str) -> str:
    """Return the name of a package as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def networks(wheel: Path) -> list[dict[str, Any]]:
    """Return a component for each network in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".tflite"))
        return [network(Path(name).name, archive.read(name)) for name in names]


def network(name: str, content: bytes) -> dict[str, Any]:
    """Return the component of a network. Raises KeyError if its supplier is not known."""
    return {
        "type": "machine-learning-model",
        "bom-ref": name,
        "name": name,
        "supplier": {"name": SUPPLIERS[name]},
        "hashes": hashes(content),
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }


def hashes(content: bytes) -> list[dict[str, str]]:
    """Return what a component says of its file."""
    return [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]


def run(*command: object) -> str:
    """Run a program and return its stdout. Raises CalledProcessError if it fails."""
    words = [str(word) for word in command]
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
