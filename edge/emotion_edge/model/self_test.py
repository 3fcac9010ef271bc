"""The self-test: run a model on its golden vector and compare the outputs with the expected ones.

The golden vector is a picture in the model file and the outputs that `python -m convert` computed
for it. With it any machine can test everything between a picture and its scores: Pillow's scaling,
the input table, the runtime and the postprocessing.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.golden_vector import GoldenVector
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess

# Largest error of a score computed again from the same logits in float64. The exponential functions
# of two machines differ by about 1e-15.
_MAX_SCORE_ERROR = 1e-9
_OF_PICTURE = "of the model's own test picture is off by"


class SelfTestError(UserError):
    """An output or score of the model's test picture is not as expected."""


def run_self_test(classifier: Classifier) -> str | None:
    """Return the result of the self-test in words, or None if the file has no golden vector.

    It tests the contract in the file, also if the classifier follows a changed one. Raises
    SelfTestError if a logit, feature or score is not as expected, RunError if the runtime cannot
    run the network.
    """
    golden = classifier.model.golden
    if golden is None:
        return None
    _check_scores(golden, classifier)
    return _check_outputs(golden, classifier)


def _check_scores(golden: GoldenVector, classifier: Classifier) -> None:
    path, contract = classifier.model.path, classifier.model.contract
    computed = scores(golden.logits, contract)
    error = np.abs(computed - golden.scores).max()
    if not error <= _MAX_SCORE_ERROR or contract.labels[int(computed.argmax())] != golden.label:
        raise SelfTestError(
            f"{path}: the contract inside gives different scores or labels for the same "
            f"logits than convert did (a score is off by {error:.2g})",
            "copy the model again, or convert it again",
        )


def _check_outputs(golden: GoldenVector, classifier: Classifier) -> str:
    model = classifier.model
    logits, embedding = classifier.network.run(preprocess(golden.picture, model.contract))
    allowed = f"allowed is {golden.tolerance:.2g}, {golden.tolerance_from}"
    error = _largest(logits - golden.logits)
    if not error <= golden.tolerance:  # written so that NaN fails
        raise _other_arithmetic(model.path, f"logit {_OF_PICTURE} {error:.2g}, {allowed}")
    feature, most = _largest(embedding - golden.embedding), golden.embedding_tolerance
    if not feature <= most:
        found = f"feature {_OF_PICTURE} {feature:.2g}, allowed is {most:.2g}"
        raise _other_arithmetic(model.path, found)
    return f"{golden.label}, as it must be; a logit is off by at most {error:.2g}, {allowed}"


def _largest(differences: npt.NDArray[np.float64]) -> float:
    return float(np.abs(differences).max())


def _other_arithmetic(path: Path, error: str) -> SelfTestError:
    return SelfTestError(
        f"{path}: this machine computes different results than convert did: a {error}",
        "try another --runtime or version of it, then convert the model again",
    )
