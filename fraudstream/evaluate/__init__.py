"""Evaluation of a model over time: prequential folds with late labels, costs, calibration, drift, feedback."""

from fraudstream.evaluate.data import Data
from fraudstream.evaluate.evaluate import Evaluation, evaluate
from fraudstream.evaluate.folds import Plan, folds

__all__ = ["Data", "Evaluation", "Plan", "evaluate", "folds"]
