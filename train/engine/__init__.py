"""The training run: fit, checkpoints, distillation, artifacts."""
