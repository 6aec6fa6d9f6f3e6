"""Fitting a model to enriched history; the only place that imports scikit-learn, and only when it fits."""

from scoring.training.metrics import evaluate
from scoring.training.spec import FeatureSpec, ThresholdSpec, TrainingSpec, load_spec
from scoring.training.table import TrainingTable
from scoring.training.train import train

__all__ = ["FeatureSpec", "ThresholdSpec", "TrainingSpec", "TrainingTable", "evaluate", "load_spec", "train"]
