"""The training run: fit, checkpoints, distillation and the files that a run writes."""
