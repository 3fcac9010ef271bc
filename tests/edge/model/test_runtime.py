"""The choice of the TFLite runtime."""

import sys

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.runtime import find_runtime, refusing, runtime_hint
from tests.edge.command_line import edge_without, own_lines
from tests.edge.models import INSTALLED, INT8


def test_auto_takes_the_first_runtime_and_the_error_without_one_says_how_to_install_it(monkeypatch):
    assert find_runtime()[0] == INSTALLED[0]
    for package in ("ai_edge_litert", "tflite_runtime"):
        monkeypatch.setitem(sys.modules, f"{package}.interpreter", None)
    with pytest.raises(UserError, match=r"litert: .*pip install 'ai-edge-litert<3,>=2"):
        find_runtime()


@pytest.mark.parametrize(
    ("name", "package"), [("litert", "ai_edge_litert"), ("tflite-runtime", "tflite_runtime")]
)
def test_without_the_named_runtime_the_error_says_how_to_install_it(name, package):
    result = edge_without(package, "info", INT8, "--runtime", name)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert line.endswith(f"): {runtime_hint(name)}")


def test_tflite_runtime_is_refused_with_numpy_2(monkeypatch):
    monkeypatch.setattr(np, "__version__", "2.1.0")
    with pytest.raises(UserError, match=r"needs numpy<2, this is numpy 2\.1\.0"):
        find_runtime("tflite-runtime")


def test_the_message_of_a_runtime_is_one_short_line():
    with pytest.raises(UserError) as caught, refusing("m: litert"):
        raise ValueError("unresolved custom op:\n" + "x" * 10**6)
    assert str(caught.value).startswith("m: litert refuses the model: unresolved custom op: xxx")
    assert len(str(caught.value)) < 400
