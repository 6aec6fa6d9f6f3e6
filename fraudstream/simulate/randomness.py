"""Random numbers by purpose: one generator for each (seed, purpose, day), so that nothing shifts anything else."""

from __future__ import annotations

import numpy as np

PURPOSES = ("population", "honest", "fraud", "lookalike", "arrival", "labels", "faults", "ledger", "drift", "under way")


def generator(seed: int, purpose: str, day: int = 0) -> np.random.Generator:
    """PCG64 seeded by the three; raises ValueError for an unknown purpose."""
    return np.random.Generator(np.random.PCG64([seed, PURPOSES.index(purpose), day]))


def pick(rng: np.random.Generator, cumulative: np.ndarray, n: int) -> np.ndarray:
    """n indices drawn with the probabilities whose running sum (ending in 1) is given."""
    return np.minimum(np.searchsorted(cumulative, rng.random(n), side="right"), len(cumulative) - 1)


def cumulative(weights: np.ndarray) -> np.ndarray:
    """Running sum of weights along the last axis, scaled to end in 1."""
    total = np.cumsum(weights, axis=-1)
    return total / total[..., -1:]
