"""Which variant becomes the model, and the remedy if none passes."""

import pytest

from convert.packaging import Converted
from convert.parity import RuntimeResult, Verdict
from convert.selection import choose, latency_ratios, remedy, resolve_variants
from tests.edge.models import FLOAT32, INT8
from tests.workbench.contracts import make_contract

CONTRACT = make_contract("ab", 8)


def verdict(variant: str, size: int, *reasons: str, model: bytes = b"") -> Verdict:
    """Return the verdict on a model of `size` bytes, refused if there are reasons."""
    converted = Converted(variant, model or b"x" * size, CONTRACT, 1.0)
    ran = RuntimeResult(*[None] * 7)  # `latency_ratios` checks only its type
    return Verdict(variant, converted, list(reasons), {"litert": ran})


FLOATS = [verdict("float32", 40), verdict("float16", 20)]


@pytest.mark.parametrize(
    ("verdicts", "asked", "chosen"),
    [
        ([verdict("dynamic", 9), verdict("int8", 10), verdict("float32", 40)], "auto", "int8"),
        ([verdict("dynamic", 9), verdict("int8", 10, "bad")], "auto", "dynamic"),
        ([*FLOATS, verdict("int8", 1, "bad")], "auto", "float16"),
        ([verdict("float32", 40), verdict("int16x8", 10)], "all", "float32"),
        ([verdict("int16x8", 10)], "int16x8", "int16x8"),
        ([verdict("float32", 40), verdict("int8", 10, "bad")], "all", None),
        ([verdict("int8", 10, "bad")], "int8", None),
        ([verdict("float32", 40, "bad"), verdict("int8", 10, "bad")], "auto", None),
        ([Verdict("int8", None, ["not converted"])], "auto", None),
    ],
)  # fmt: skip
def test_int8_is_preferred_and_otherwise_the_smallest_that_passed(verdicts, asked, chosen):
    assert choose(asked, verdicts) == chosen


def test_auto_builds_all_variants_but_the_slow_one():
    assert resolve_variants("auto") == ["float32", "float16", "dynamic", "int8"]
    assert resolve_variants("all") == [*resolve_variants("auto"), "int16x8"]
    assert resolve_variants("dynamic") == ["dynamic"]


def test_the_remedy_names_a_command_that_fits():
    assert remedy([verdict("int8", 1), verdict("float32", 1)]) is None
    several = remedy([verdict("int8", 1, "bad"), verdict("float16", 1)])
    assert several.startswith("more calibration images may help: python -m train --resume")
    assert "python -m convert --variant auto" not in several
    assert remedy([verdict("int8", 1, "bad")]).endswith("python -m convert --variant auto")
    assert "come from the same run" in remedy(
        [verdict("float32", 1, "bad"), verdict("int8", 1, "bad")]
    )


def test_latencies_are_ratios_to_float32_even_if_it_was_not_asked_for():
    exact = FLOAT32.read_bytes()
    int8 = verdict("int8", 0, model=INT8.read_bytes())
    alone = latency_ratios([int8], exact, "litert")
    both = latency_ratios([verdict("float32", 0, model=exact), int8], b"unused", "litert")
    assert alone["int8"] > 0 and both["int8"] > 0
    assert both["float32"] == 1.0


def test_a_runtime_that_refuses_float32_leaves_no_ratio():
    int8 = verdict("int8", 0, model=INT8.read_bytes())
    assert latency_ratios([int8], b"no model", "litert") == {"int8": None}
