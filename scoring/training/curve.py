"""A calibration that may bend: log-odds piecewise linear in the linear predictor."""

from __future__ import annotations

import numpy as np

from scoring.model.calibration import Curve, sigmoid
from scoring.model.transforms import Array

BENDS = (-5.0, -3.0, -1.0, 1.0)
"""Log-odds of 0.7 %, 5 %, 27 % and 73 %."""
MIN_SLOPE = 0.05
PULL = 1.0


def fit_curve(logit: Array, label: Array) -> Curve:
    """The curve that maximises the likelihood of the labels, (n,). Each slope is pulled towards 1 as far as few frauds
    leave it open, and stays above 0, so that the ranking stays."""
    from scipy.optimize import minimize

    ramps = _ramps(logit)

    def loss(at: Array) -> tuple[float, Array]:
        z = BENDS[0] + at[0] + ramps @ at[1:]
        wrong, far = sigmoid(z) - label, at[1:] - 1.0
        value = float((np.logaddexp(0.0, z) - z * label).sum() + PULL / 2 * (far @ far))
        return value, np.concatenate([[wrong.sum()], ramps.T @ wrong + PULL * far])

    begin = np.array([0.0, *(1.0 for _ in range(ramps.shape[1]))])
    bounds = [(None, None)] + [(MIN_SLOPE, None)] * ramps.shape[1]
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
    heights = BENDS[0] + found[0] + np.concatenate([[0.0], np.cumsum(found[2:-1] * np.diff(BENDS))])
    return Curve(BENDS, tuple(heights.tolist()), float(found[1]), float(found[-1]))


def _ramps(logit: Array) -> Array:
    """(n, bends + 1): how far a logit goes below the first bend, between each two, above the last."""
    inner = [np.clip(logit, a, b) - a for a, b in zip(BENDS, BENDS[1:], strict=False)]
    return np.column_stack([np.minimum(logit - BENDS[0], 0.0), *inner, np.maximum(logit - BENDS[-1], 0.0)])
