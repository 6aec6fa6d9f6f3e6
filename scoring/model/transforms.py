"""Transforms from a column's values to the terms of the linear predictor.

All take and give float64 arrays of shape (n,).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BASES = ("identity", "log1p")


def identity(x: Array) -> Array:
    return x


def signed_log1p(x: Array) -> Array:
    """sign(x) · ln(1 + |x|): log1p where x ≥ 0, mirrored below."""
    return np.copysign(np.log1p(np.abs(x)), x)


def hinge(x: Array, knot: float) -> Array:
    """max(x − knot, 0), the piecewise-linear term."""
    return np.maximum(x - knot, 0.0)


def sine(x: Array, period: float) -> Array:
    return np.sin(x * (2.0 * np.pi / period))


def cosine(x: Array, period: float) -> Array:
    return np.cos(x * (2.0 * np.pi / period))


BASE: dict[str, Callable[[Array], Array]] = {"identity": identity, "log1p": signed_log1p}
