"""Ask one package for the expressions in pictures; `bench.peers` compares the answers.

  ENVIRONMENT/bin/python -I bench/_peers/worker.py NAME [FILE ...]

It runs in the package's own environment, which has nothing of the workbench. It reads JSON lines
from stdin and answers each with a JSON line on stdout, in pixels and milliseconds:

  {"path": ..., "face": {"box": [x, y, side], "eyes": [x, y, x, y] or null} or null}
  {"label": ..., "ms": ...}

With "face": null the package detects the face itself. "eyes": null means that the whole picture is
a face. "label" is our name of the label, the package's own if we have none, or null if no face was
found. "ms" is the time from the decoded picture to the label.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2]))  # -I hides the checkout

from bench._peers.adapters import LOADERS, Adapter

OUR_LABELS = {
    **{"anger": "angry", "disgusted": "disgust", "fearful": "fear", "scared": "fear"},
    **{"happiness": "happy", "sadness": "sad", "surprised": "surprise"},
}


def main() -> None:
    """Answer until stdin ends."""
    # Libraries print to stdout: send that to stderr, so that stdout has answers only.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    adapter = LOADERS[sys.argv[1]](*sys.argv[2:])
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(answer(adapter, request["path"], request["face"])), file=answers)


def answer(adapter: Adapter, path: str, face: dict[str, list[float]] | None) -> dict[str, Any]:
    """Return the answer to one request."""
    picture, start = adapter.read(path), time.perf_counter()
    if face:
        label: str | None = adapter.classify(picture, face["box"], face["eyes"])
    elif adapter.detect:
        label = adapter.detect(picture)
    else:
        return {"label": None, "ms": None}
    ms = 1000 * (time.perf_counter() - start)
    return {"label": label and OUR_LABELS.get(label.lower(), label.lower()), "ms": ms}


if __name__ == "__main__":
    main()
