"""Choose the variant that becomes model.tflite, and advise if variants were refused."""

from collections.abc import Mapping, Sequence

from convert.converter import VARIANTS
from convert.parity import Verdict
from convert.runtimes.client import latencies
from emotion_edge.errors import RunError

SLOW_VARIANT = "int16x8"  # no runtime has fast kernels for it: much slower than float32


def resolve_variants(requested: str) -> list[str]:
    """Return the variants that --variant names: one, "all", or "auto" for all but int16x8."""
    if requested == "auto":
        return [variant for variant in VARIANTS if variant != SLOW_VARIANT]
    return list(VARIANTS) if requested == "all" else [requested]


def choose(requested: str, verdicts: Sequence[Verdict]) -> str | None:
    """Return the variant to ship, None if too few passed.

    "auto" needs one variant that passes; any other request needs all of its variants to pass. int8
    is preferred, then the smallest file. int16x8 is chosen only if nothing else passed.
    """
    sizes = {
        verdict.variant: len(verdict.converted.model)
        for verdict in verdicts
        if verdict.converted and not verdict.reasons
    }
    if not sizes or (requested != "auto" and len(sizes) < len(verdicts)):
        return None
    return min(sizes, key=lambda name: (name == SLOW_VARIANT, name != "int8", sizes[name]))


def remedy(verdicts: Sequence[Verdict]) -> str | None:
    """Return what to do if variants were refused, None if none was."""
    refused = {verdict.variant for verdict in verdicts if verdict.reasons}
    if refused & {"float32", "float16"}:
        return (
            "even the float variants differ from Keras: check that model.keras and contract.json "
            "come from the same run"
        )
    advice = []
    if refused & {"int8", SLOW_VARIANT}:
        advice.append(
            "more calibration images may help: python -m train --resume --calibration-size 5000, "
            "with the options of the first run"
        )
    if refused and len(refused) == len(verdicts):
        advice.append("another variant may pass: python -m convert --variant auto")
    return "; ".join(advice) or None


def latency_ratios(
    verdicts: Sequence[Verdict], float32: bytes | None, runtime: str
) -> dict[str, float | None]:
    """Return each variant's latency on this machine divided by float32's, measured in turn.

    float32: the packed float32 model, used if the verdicts have none. A ratio is None for a variant
    that the runtime cannot run, and for all variants if it cannot run float32.
    """
    models = {
        verdict.variant: verdict.converted.model
        for verdict in verdicts
        if verdict.converted and not isinstance(verdict.runtimes[runtime], RunError)
    }
    if float32:
        models.setdefault("float32", float32)
    medians = _medians(models, runtime)
    base = medians.get("float32")
    return {
        verdict.variant: medians[verdict.variant] / base
        if base and verdict.variant in medians
        else None
        for verdict in verdicts
    }


def _medians(models: Mapping[str, bytes], runtime: str) -> dict[str, float]:
    try:
        return dict(zip(models, latencies(list(models.values()), runtime), strict=True))
    except RunError:
        return {}
