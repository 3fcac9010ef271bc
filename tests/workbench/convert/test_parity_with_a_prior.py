"""The gate follows the prior of a contract."""

from dataclasses import replace

import numpy as np

from convert.artifacts import read_run
from convert.parity import check_parity, run_keras
from convert.parity_gate import Limits
from tests.edge.models import INSTALLED
from tests.workbench.convert.variants import convert_tiny, pack_variant


def test_a_picture_is_clear_by_the_logits_that_decide_its_label(tiny_build):
    """With a strong prior, logits that differ much may decide for neither label."""
    run = read_run(tiny_build)
    reference = run_keras(run)
    first, second = np.sort(reference.logits[0])[::-1][:2]
    shares = np.full(3, 1e-3)
    best, next_best = np.argsort(-reference.logits[0])[:2]
    shares[best], shares[next_best] = np.exp(first), np.exp(second)  # tau 1 makes them equal
    contract = replace(run.contract, prior=tuple(shares / shares.sum()), tau=1.0)
    tied = replace(run, contract=contract)
    model = pack_variant("int8", convert_tiny(run, "int8"), contract)
    limits, holdout = Limits(), tiny_build / "holdout.npz"
    shown = check_parity(model, tied, holdout, reference=run_keras(tied), limits=limits)
    plain = pack_variant("int8", convert_tiny(run, "int8"), run.contract)
    before = check_parity(plain, run, holdout, reference=reference, limits=limits)
    for runtime in INSTALLED:
        clear = shown.runtimes[runtime].parity.clear_pictures
        assert clear < before.runtimes[runtime].parity.clear_pictures
