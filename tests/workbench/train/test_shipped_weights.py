"""The weights for Keras that come with the shipped model: for fine-tuning."""

import numpy as np
import pytest

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.model.quantization import input_table
from evaluation.predictors import keras_logits
from tests.workbench.conftest import REPOSITORY
from train.data.soft_labels import read_soft_labels
from train.engine.pretrained import read_pretrained
from train.models import MODELS

FOLDER = REPOSITORY / "models"


def test_they_are_the_shipped_model_before_quantisation():
    classifier = Classifier()
    model = MODELS["compact"](len(classifier.contract.labels))
    model.load_weights(FOLDER / "emotion-compact.weights.h5")
    rng = np.random.default_rng(0)
    face = preprocess(classifier.model.golden.picture, classifier.contract)
    faces = np.stack([face, face[:, ::-1], *(face * rng.uniform(0.2, 1, (30, 1, 1, 1)))])
    faces = faces.astype(np.uint8)
    table = input_table(classifier.contract, dtype=np.float32)
    logits = keras_logits(model, [table[faces]])
    quantised = np.array([classifier.network.run(each).logits for each in faces])
    assert quantised == pytest.approx(logits, abs=0.6)
    assert np.corrcoef(quantised.ravel(), logits.ravel())[0, 1] > 0.99


def test_they_can_be_started_from_with_the_contract_of_the_model_beside_them():
    pretrained = read_pretrained(FOLDER / "emotion-compact.weights.h5", "compact")
    assert pretrained.contract == Classifier().contract


def test_the_soft_labels_are_those_of_the_models_classes():
    stored = read_soft_labels(FOLDER / "soft_labels.npz")
    assert tuple(stored.labels) == Classifier().contract.labels
    assert stored.scores.sum(axis=1) == pytest.approx(1, abs=2e-3)
