"""Networks that harm a runtime, although their digest is valid: a child process tries them."""

import io
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from emotion_edge.errors import RunError, UserError
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.self_test import SelfTestError
from emotion_edge.model.trial import try_model
from tests.edge.command_line import edge, own_lines
from tests.edge.models import (
    FLOAT32,
    INSTALLED,
    crashing,
    files_of,
    with_files,
    with_network,
    with_swapped_picture,
    without_bias,
)

SOME = pytest.mark.parametrize("runtime", INSTALLED)


def try_content(content, folder, runtime="auto"):
    path = folder / "model.tflite"
    path.write_bytes(content)
    try_model(read_model(path), RuntimeSettings(runtime=runtime))


@SOME
def test_good_models_pass(runtime, tmp_path):
    for path in (SHIPPED, FLOAT32):
        try_content(path.read_bytes(), tmp_path, runtime)


@SOME
def test_a_crash_is_an_error(runtime, tmp_path):
    with pytest.raises(UserError, match=rf"model\.tflite on {runtime}: it crashes \(SIG"):
        try_content(crashing(), tmp_path, runtime)


@SOME
def test_a_tensor_without_data_is_an_error(runtime, tmp_path):
    with pytest.raises(RunError, match=r"model\.tflite: .* Input tensor 1 lacks data"):
        try_content(without_bias(), tmp_path, runtime)


@pytest.mark.skipif("tflite-runtime" not in INSTALLED, reason="LiteRT checks the length")
def test_a_network_that_wants_gigabytes_is_refused(tmp_path):
    # The input's shape: how many numbers, and the numbers.
    shape, endless = (struct.pack("<5i", count, 1, 8, 8, 3) for count in (4, 2**29))
    # It copies the numbers from what follows in memory: until its memory or its time is over, or to
    # the end of a mapping, where it crashes. Which comes first differs by processor.
    ends = "( refuses .* std::bad_alloc|: not done within .* seconds|: it crashes)"
    with pytest.raises(UserError, match=f"tflite-runtime{ends}"):
        try_content(with_network(FLOAT32, shape, endless), tmp_path, "tflite-runtime")


@SOME
def test_a_name_that_is_not_utf_8_is_an_error(runtime, tmp_path):
    content = with_network(FLOAT32, b"serving_default_image", b"serving_default_imag\xaf")
    with pytest.raises(UserError, match=f"{runtime} refuses the model: 'utf-8' codec can't decode"):
        try_content(content, tmp_path, runtime)


def without_numbers_for_white(path):
    """Return a model whose logit is infinite for a white picture, but not for its own, black one.

    path: where it may write a file.
    """
    gains = struct.pack("<3f", 8, 0, 0)
    network = with_network(FLOAT32, gains, struct.pack("<3f", 3e38, 0, 0))
    path.write_bytes(network)
    golden = json.loads(files_of(path)["golden.json"])
    Image.new("RGB", (20, 20)).save(picture := io.BytesIO(), "PNG")
    contract = replace(read_model(path).contract, scale=10.0, activation="softmax")
    logits = np.full(3, -4.0)
    values = scores(logits, contract).tolist()
    golden |= {"logits": logits.tolist(), "scores": values, "label": contract.labels[0]}
    golden["embedding"] = [0.0, 0.0, 0.0]
    return with_files(path, contract, png=picture.getvalue(), json=json.dumps(golden).encode())


@SOME
def test_scores_that_are_no_numbers_are_an_error(runtime, tmp_path):
    content = without_numbers_for_white(tmp_path / "model.tflite")
    with pytest.raises(RunError, match="scores are not numbers"):
        try_content(content, tmp_path, runtime)


def test_a_failed_self_test_is_told_apart(tmp_path):
    with pytest.raises(SelfTestError, match="this machine computes different results"):
        try_content(with_swapped_picture(FLOAT32), tmp_path)


@SOME
@pytest.mark.parametrize("command", ["run", "info", "compare", "bench"])
def test_no_command_crashes(command, runtime, photos, tmp_path):
    model = tmp_path / "model.tflite"
    model.write_bytes(crashing())
    words = {
        "run": ("--model", model, "--source", photos, "--faces", "off"),
        "info": (model,),
        "compare": (FLOAT32, model, "--images", photos),
        "bench": ("--model", model, "--frames", 2, "--faces", "off"),
    }
    result = edge(command, *words[command], "--runtime", runtime)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert f"{model} on {runtime}: it crashes (SIG" in line
