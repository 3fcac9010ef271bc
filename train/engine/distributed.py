"""Run the same `fit` on one device, on all GPUs of a machine, or on several machines.

Several machines use TensorFlow's MultiWorkerMirroredStrategy, which TF_CONFIG switches on
(https://www.tensorflow.org/guide/distributed_training).
"""

import json
import os
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from emotion_edge.errors import UserError


def make_strategy() -> tf.distribute.Strategy:
    """Return the distribution strategy for this machine's GPUs and for TF_CONFIG.

    Raises UserError if TF_CONFIG is invalid.
    """
    if text := os.environ.get("TF_CONFIG"):
        _check(text)
        try:
            return tf.distribute.MultiWorkerMirroredStrategy()
        except (ValueError, TypeError, KeyError, RuntimeError) as error:
            raise UserError(f"TF_CONFIG: {error}") from None
    if len(tf.config.list_physical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def _check(text: str) -> None:
    try:
        config = json.loads(text)
    except ValueError as error:
        raise UserError(f"TF_CONFIG is not JSON: {error}") from None
    if not isinstance(config, dict) or not (config.get("cluster") and config.get("task")):
        raise UserError('TF_CONFIG needs a "cluster" and a "task"')


def worker_index(strategy: tf.distribute.Strategy) -> int:
    """Return the index of this process among all workers; worker 0 writes the files."""
    resolver = strategy.cluster_resolver
    if not resolver:
        return 0
    behind_chief = resolver.task_type == "worker" and "chief" in resolver.cluster_spec().jobs
    return (resolver.task_id or 0) + behind_chief


def prepare_for_replicas(model: keras.Model, strategy: tf.distribute.Strategy) -> None:
    """Make `model.fit` work with several replicas, around two defects of Keras 3.15.

    Keras builds the optimizer and metrics from the mean of a distributed batch. This fails if the
    replicas' shares differ in size, and if a worker has only one replica. Keras then also fails to
    reduce the logs (keras-team/keras#20585). So build the model from a batch of zeros, and let the
    step functions return the metrics, which TensorFlow sums over replicas when they are read.
    """
    images = np.zeros((1, *model.input_shape[1:]), np.float32)
    targets = np.zeros((1, 3 * model.output_shape[1]), np.float32)  # see train.data.targets
    with strategy.scope():
        model._symbolic_build(data_batch=(images, targets, np.ones(1, np.float32)))
    model._maybe_symbolic_build = lambda **_: None
    model.train_function = _on_every_replica(model, model.train_step, strategy)
    model.test_function = _on_every_replica(model, model.test_step, strategy)


def _on_every_replica(
    model: keras.Model, step: Callable[..., Any], strategy: tf.distribute.Strategy
) -> Callable[..., Any]:
    @tf.function
    def run(iterator):
        strategy.run(step, args=(next(iterator),))
        return model.get_metrics_result()

    return run
