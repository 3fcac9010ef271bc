"""The conversion's report, as JSON and as an HTML page."""

import hashlib
import re

from convert.converter import VARIANTS
from convert.table import table
from tests.edge.models import INSTALLED
from tests.workbench.convert.reports import read_page, read_report
from tests.workbench.tiny_build import LABELS


def test_the_report_has_the_measurements(converted):
    build, _ = converted
    report = read_report(build)
    assert report["chosen"] == "int8"
    calibration = report["calibration"]
    assert calibration["per_class"] == {"blue": 30, "green": 30, "red": 30}
    assert calibration["pixel_range"] == [0, 255]
    assert {color: sum(n) for color, n in calibration["histogram"].items()} == dict.fromkeys(
        "RGB", 90 * 64
    )
    assert sum(report["holdout"]["per_class"].values()) == 300
    for variant in report["variants"]:
        content = (build / f"model.{variant['variant']}.tflite").read_bytes()
        assert variant["bytes"] == len(content)
        assert variant["sha256"] == hashlib.sha256(content).hexdigest()
        assert {op["name"] for op in variant["operators"]} >= {"CONV_2D", "FULLY_CONNECTED"}
        assert all(op["version"] >= 1 for op in variant["operators"])
        for result in variant["runtimes"].values():
            assert result["loads"]
            low, high = result["top1_ci95"]
            assert low < result["top1"] < high
            assert result["macro_f1_ci95"][0] < result["macro_f1"] < result["macro_f1_ci95"][1]
            assert result["latency"] > 0
            assert sum(count for count, _, _ in result["reliability"]) == 300
    float32 = report["variants"][0]["runtimes"]
    assert {result["latency"] for result in float32.values()} == {1.0}


def test_the_report_and_the_table_say_which_loss_the_holdout_would_have_shown(converted):
    report = read_report(converted[0])
    for variant in report["variants"]:
        for result in variant["runtimes"].values():
            loss, recall = result["losses"]["top1"], result["losses"]["recall"]
            assert loss["images"] == sum(each["images"] for each in recall) == 300
            assert loss["lost"] - loss["gained"] == sum(r["lost"] - r["gained"] for r in recall)
            assert 0.5 < loss["detectable_points"] < min(r["detectable_points"] for r in recall)
    text = "\n".join(table(report).splitlines()[-2:])
    assert re.search(r"A loss of \d\.\d points of top-1, .*holdouts of 300 images", text, re.DOTALL)


def test_only_the_variants_that_a_runtime_delegates_have_delegated_nodes(converted):
    found = {
        (variant["variant"], runtime): result["delegate_nodes"] > 0
        for variant in read_report(converted[0])["variants"]
        for runtime, result in variant["runtimes"].items()
    }
    delegated = {"float32": {"litert", "tflite-runtime"}, "int8": {"litert"}, "int16x8": set()}
    for variant, runtimes in delegated.items():
        for runtime in INSTALLED:
            assert found[variant, runtime] == (runtime in runtimes)


def test_the_layers_of_int8_are_listed_worst_first(converted):
    by_name = {variant["variant"]: variant for variant in read_report(converted[0])["variants"]}
    layers = by_name["int8"]["layers"]
    errors = [layer["relative"] for layer in layers]
    assert [layer["operator"] for layer in layers].count("FULLY_CONNECTED") == 2
    assert errors == sorted(errors, reverse=True)
    assert 0 < errors[-1] < errors[0] < 0.2
    # int16x8 has the same int8 weights, but its 16-bit activations are 256 times finer.
    assert by_name["int16x8"]["layers"][0]["relative"] < errors[0]


def test_the_page_needs_no_other_file_and_has_all_sections(converted):
    page = read_page(converted[0])
    assert all(url.startswith("data:image/png;base64,") for url in page.urls)
    assert page.tags.count("svg") == 2  # reliability diagram, calibration histogram
    text = " ".join(page.text)
    for words in (*VARIANTS, *INSTALLED, *LABELS, "Confusion matrices", "disagree", "temperature"):
        assert words in text
    assert "<built-in" not in text
