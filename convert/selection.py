"""Which of the proven variants becomes model.tflite, and what to do where none does."""

from collections.abc import Sequence

from convert.converter import VARIANTS
from convert.parity import Verdict
from convert.runtimes.client import latencies
from emotion_edge.errors import RunError

SLOW = "int16x8"  # no runtime has fast kernels for it: many times slower than float32


def variants_of(asked: str) -> list[str]:
    """Return the variants that --variant stands for: one, "all", or "auto" for all but int16x8."""
    if asked == "auto":
        return [variant for variant in VARIANTS if variant != SLOW]
    return list(VARIANTS) if asked == "all" else [asked]


def choose(asked: str, verdicts: Sequence[Verdict]) -> str | None:
    """Return the variant to ship, None where --variant was not fulfilled.

    "auto" is fulfilled when one variant passes, anything else when all do. int8 is preferred, then
    the smallest file; int16x8 is never chosen beside others.
    """
    passed = {
        verdict.variant: len(verdict.converted.model)
        for verdict in verdicts
        if verdict.converted and not verdict.reasons
    }
    if not passed or (asked != "auto" and len(passed) < len(verdicts)):
        return None
    return min(passed, key=lambda variant: (variant == SLOW, variant != "int8", passed[variant]))


def remedy(verdicts: Sequence[Verdict]) -> str | None:
    """Return the next command for somebody of whose variants some were refused."""
    refused = {verdict.variant for verdict in verdicts if verdict.reasons}
    if refused & {"float32", "float16"}:
        return "even float arithmetic is not Keras's: are model.keras and contract.json of one run?"
    advice = []
    if refused & {"int8", SLOW}:
        advice.append(
            "more calibration pictures may help: python -m train --resume --calibration-size 2100, "
            "with the flags it had"
        )
    if refused and len(refused) == len(verdicts):
        advice.append("another variant may pass: python -m convert --variant auto")
    return "; ".join(advice) or None


def latency_ratios(
    verdicts: Sequence[Verdict], exact: bytes | None, runtime: str
) -> dict[str, float | None]:
    """Return each variant's milliseconds on this host over float32's, measured in turn.

    exact: the float32 model, packed, for where it is none of them. A variant that the runtime
    refuses has None, and all have where there is no float32 that runs.
    """
    models = {
        verdict.variant: verdict.converted.model
        for verdict in verdicts
        if verdict.converted and not isinstance(verdict.runtimes[runtime], RunError)
    }
    if exact:
        models.setdefault("float32", exact)
    try:
        medians = dict(zip(models, latencies(list(models.values()), runtime), strict=True))
    except RunError:
        medians = {}
    float32 = medians.get("float32")
    return {
        verdict.variant: medians[verdict.variant] / float32
        if float32 and verdict.variant in medians
        else None
        for verdict in verdicts
    }
