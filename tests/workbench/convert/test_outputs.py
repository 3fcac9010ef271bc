"""A converted network has two outputs: the logits, and the features that they are made of."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert.artifacts import Run, read_run
from convert.converter import VARIANTS, check_activation, normalised, to_logits
from convert.packaging import package
from convert.parity import run_keras
from convert.parity_gate import Limits
from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import read_model
from emotion_edge.model.network import EMBEDDING, LOGITS
from emotion_edge.model.preprocessing import preprocess
from evaluation.metrics import cosine_similarity
from tests.edge.models import INSTALLED, with_files
from tests.workbench.conftest import run_in_process
from tests.workbench.convert.reports import read_report
from tests.workbench.convert.variants import (
    INFO,
    Case,
    convert_tiny,
    pack_variant,
    refusal_reasons,
)

# Relative to the difference between the largest and the smallest logit or feature.
TOLERANCES = {"float32": 1e-5, "float16": 0.005, "dynamic": 0.1, "int8": 0.15, "int16x8": 0.05}


@pytest.fixture(scope="module")
def case(tiny_build) -> Case:
    """The tiny network's run."""
    run = read_run(tiny_build)
    return Case(run, run_keras(run), tiny_build)


def with_permuted_features(run: Run) -> keras.Model:
    """Return a network that computes the same logits of the same features in another order."""
    model = keras.models.clone_model(run.model)
    *weights, dense, bias, last, offsets = run.model.get_weights()
    order = np.random.default_rng(0).permutation(dense.shape[1])
    model.set_weights([*weights, dense[:, order], bias[order], last[order], offsets])
    return model


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_gives_the_logits_first_and_then_the_features(variant, converted, case):
    path = converted[0] / f"model.{variant}.tflite"
    details = Interpreter(str(path)).get_output_details()
    assert [detail["shape"].tolist() for detail in details] == [[1, 3], [1, 64]]
    network = Classifier(read_model(path)).network
    for i, image in enumerate(case.run.holdout.images[:20]):
        expected = case.reference.logits[i], case.reference.embeddings[i]
        for ours, keras_ in zip(network.run(image), expected, strict=True):
            assert ours == pytest.approx(keras_, abs=TOLERANCES[variant] * np.ptp(keras_))


def test_the_features_are_what_the_last_layer_gets_and_no_dropout(case):
    images = normalised(case.run.holdout.images[:5], case.run.contract)
    outputs = to_logits(case.run.model, batch_size=None).predict(images, verbose=0)
    kernel, bias = case.run.model.layers[-1].get_weights()
    assert outputs[LOGITS] == pytest.approx(outputs[EMBEDDING] @ kernel + bias, abs=1e-4)


def test_a_contract_with_another_number_of_features_is_refused(case):
    contract = replace(case.run.contract, embedding=63)
    with pytest.raises(UserError, match=r"over \(64,\) features, its .* over \(63,\)"):
        check_activation(case.run.model, contract)


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_other_features_are_refused_although_the_logits_agree(variant, case):
    permuted = with_permuted_features(case.run)
    model = pack_variant(variant, convert_tiny(case.run, variant, permuted), case.run.contract)
    reasons = refusal_reasons(case, model)
    assert len(reasons) == len(INSTALLED)
    for runtime, reason in zip(INSTALLED, reasons, strict=True):
        assert reason.startswith(f"{runtime}: the features of the last layer resemble Keras's by 0")
        assert "less than the required 0.98 (cosine)" in reason
        assert reason.endswith("or lower --similarity")


def test_similarity_sets_the_limit_and_the_report_has_what_was_measured(tiny):
    given = ("convert", "--build", tiny, "--variant", "int8", "--similarity")
    assert run_in_process(*given, 0.999999).returncode == 1
    (int8,) = read_report(tiny)["variants"]
    measured = [result["similarity"] for result in int8["runtimes"].values()]
    assert all(Limits().similarity < similarity < 0.999999 for similarity in measured)
    assert f"resemble Keras's by {measured[0]:.4f}" in int8["reasons"][0]
    result = run_in_process(*given, 0.9 * min(measured))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_golden_vector_has_the_features_of_its_picture(variant, converted):
    model = read_model(converted[0] / f"model.{variant}.tflite")
    image = preprocess(model.golden.picture, model.contract)
    embedding = Classifier(model).network.run(image).embedding
    assert embedding == pytest.approx(model.golden.embedding, abs=model.golden.embedding_tolerance)
    assert 0 < model.golden.embedding_tolerance < 0.2 * np.ptp(model.golden.embedding)


def test_a_golden_vector_with_other_features_is_refused_on_every_runtime(case, tmp_path):
    content = convert_tiny(case.run, "int8")
    intact = package("int8", content, case.run, INFO, case.folder / "temperature.npz")
    path = tmp_path / "intact.tflite"
    path.write_bytes(intact.model)
    golden = read_model(path).golden
    for tolerances, refused in ((0.9, False), (3, True)):
        changed = with_golden_feature(path, golden, tolerances * golden.embedding_tolerance)
        reasons = refusal_reasons(case, replace(intact, model=changed))
        assert len(reasons) == (len(INSTALLED) if refused else 0), reasons
        assert all("a feature of the model's own test picture is off by" in r for r in reasons)


def with_golden_feature(path, golden, change: float) -> bytes:
    """Return the model with a feature of its golden vector changed."""
    values = {name: value for name, value in vars(golden).items() if name != "picture"}
    values["embedding"] = values["embedding"] + change * np.eye(len(golden.embedding))[0]
    text = json.dumps(values, default=lambda array: array.tolist())
    return with_files(path, json=text.encode())


def test_the_similarity_is_the_mean_cosine_and_zeros_resemble_only_zeros():
    some = np.array([[1.0, 0.0], [3.0, 4.0], [0.0, 0.0], [0.0, 0.0]])
    others = np.array([[0.0, 2.0], [6.0, 8.0], [0.0, 0.0], [1.0, 0.0]])
    assert cosine_similarity(some, others) == pytest.approx((0 + 1 + 1 + 0) / 4)
    assert not cosine_similarity(some * np.nan, others) >= 0
