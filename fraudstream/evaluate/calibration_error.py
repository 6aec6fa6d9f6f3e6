"""Expected calibration error and its noise floor: what it would be if every probability were right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.model.transforms import Array

BINS = 20
DRAWS = 200


def calibration_error(label: Array, probability: Array, bins: int = BINS) -> float:
    """Mean over bins of equal counts of |mean probability − share of frauds|. label, probability: (n,)."""
    starts, sizes, order = _bins(probability, bins)
    gaps = np.add.reduceat((probability - label)[order], starts) / sizes
    return float((np.abs(gaps) * sizes).sum() / len(label))


def by_chance(probability: Array, bins: int = BINS, draws: int = DRAWS, seed: int = 0) -> Array:
    """(draws,) calibration errors of labels drawn from the probabilities themselves; their mean is the noise floor."""
    random = np.random.default_rng(seed)
    starts, _, order = _bins(probability, bins)
    ranked = probability[order]
    gaps = [np.abs(np.add.reduceat(ranked - (random.random(len(ranked)) < ranked), starts)).sum() for _ in range(draws)]
    return np.array(gaps) / len(ranked)


def reliability(label: Array, probability: Array, bins: int = BINS) -> list[dict[str, float]]:
    """For each bin: mean probability, share of frauds, rows."""
    starts, sizes, order = _bins(probability, bins)
    mean = np.add.reduceat(probability[order], starts) / sizes
    share = np.add.reduceat(label[order], starts) / sizes
    return [{"probability": float(p), "share": float(s), "rows": int(n)}
            for p, s, n in zip(mean, share, sizes, strict=True)]


def _bins(probability: Array, bins: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Where each bin starts in the order of probability, its size, and that order."""
    count = min(bins, len(probability))
    starts = (np.arange(count) * len(probability) // count).astype(np.intp)
    return starts, np.diff(starts, append=len(probability)), np.argsort(probability, kind="stable")
