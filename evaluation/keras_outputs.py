"""How well a model does on a split it was not trained on: numbers for evaluation.json."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from evaluation.metrics import wilson


def predict(model: keras.Model, batches: tf.data.Dataset) -> npt.NDArray[np.int64]:
    """Return the class numbers (N,) that the edge will see: the largest logit of each picture."""
    return logits_of(model, (images for images, _, _ in batches)).argmax(axis=1)


def logits_of(model: keras.Model, batches: Iterable[Any]) -> npt.NDArray[np.float64]:
    """Return the logits (N, classes) of batches of float32 pictures.

    Not the outputs: trained sigmoids saturate at 1.0 in float32, and then several tie.
    """
    head = model.layers[-1]
    body = keras.Model(model.inputs, head.input)
    kernel, bias = head.get_weights()
    features = [np.asarray(body.predict_on_batch(images)) for images in batches]
    return np.asarray(np.concatenate(features).astype(np.float64) @ kernel + bias)


def evaluate(
    targets: npt.NDArray[np.int64], predictions: npt.NDArray[np.int64], labels: list[str]
) -> dict[str, Any]:
    """Return top-1 accuracy with its 95 % Wilson interval, macro-F1, and figures per class.

    targets, predictions: (N,) class numbers. A figure whose denominator is 0 is 0. The confusion
    matrix has a row for each true class, a column for each predicted one.
    """
    correct = int((targets == predictions).sum())
    numbers = list(range(len(labels)))
    figures = precision_recall_fscore_support(
        targets, predictions, labels=numbers, zero_division=0.0
    )
    per_class = {
        label: {"precision": p, "recall": r, "f1": f, "support": int(n)}
        for label, p, r, f, n in zip(labels, *(a.tolist() for a in figures), strict=True)
    }
    return {
        "images": len(targets),
        "accuracy": correct / len(targets),
        "accuracy_ci95": list(wilson(correct, len(targets))),
        "macro_f1": float(np.mean(figures[2])),
        "per_class": per_class,
        "confusion_matrix": confusion_matrix(targets, predictions, labels=numbers).tolist(),
    }
