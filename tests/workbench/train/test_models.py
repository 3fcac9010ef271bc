"""The networks' parameters, recipes and contracts."""

import numpy as np
import pytest

from tests.workbench.conftest import run
from train.models import MODELS, contract_of
from train.recipe import RECIPES


def test_simple_cnn_has_exactly_the_parameters_of_the_original():
    model = MODELS["simple_cnn"](7)
    counts = [layer.count_params() for layer in model.layers if layer.count_params()]
    assert counts == [896, 9_248, 18_496, 2_367_616, 8_256, 455]
    assert model.count_params() == 2_404_967
    assert sum(np.prod(w.shape) for w in model.trainable_weights) == 2_404_967
    sides = [layer.output.shape[1] for layer in model.layers if len(layer.output.shape) == 4]
    assert sides == [148, 74, 72, 36, 34, 17]


def test_the_summary_option_prints_the_parameters():
    result = run("train", "--model", "simple_cnn", "--summary")
    assert result.returncode == 0
    for number in ("2,404,967", "896", "9,248", "18,496", "2,367,616", "8,256", "455"):
        assert number in result.stdout


def test_compact_is_within_its_budget():
    model = MODELS["compact"](7)
    assert model.count_params() <= 1_000_000
    convolutions = [layer for layer in model.layers if hasattr(layer, "kernel")]
    multiply_adds = sum(
        np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:-1]) for layer in convolutions
    )
    assert multiply_adds == 56_955_776  # simple_cnn has 90,384,320
    assert {type(layer).__name__ for layer in model.layers} <= {
        *("InputLayer", "Conv2D", "BatchNormalization", "Activation", "ReLU", "Add"),
        *("MaxPooling2D", "GlobalAveragePooling2D", "Dropout", "Dense"),
    }  # XNNPACK has int8 kernels for these, or the converter fuses them


@pytest.mark.parametrize("name", MODELS)
def test_each_model_has_its_own_recipe(name):
    assert RECIPES[name].model == name


@pytest.mark.parametrize("name", MODELS)
def test_a_models_contract_is_derived_from_its_layers(name):
    model = MODELS[name](3)
    contract = contract_of(model, ["a", "b", "c"])
    assert (contract.height, contract.width) == model.input_shape[1:3]
    assert contract.activation == model.layers[-1].activation.__name__
    assert contract.scale == 1 / 255
    assert contract.input_shape == model.input_shape[1:]
