"""The model file and scoring with it; numpy only."""

from scoring.model.calibration import Curve, Isotonic, Platt
from scoring.model.check import check_against
from scoring.model.features import Feature, Term
from scoring.model.load import load_model, parse_model, read_model, save_model
from scoring.model.model import Model
from scoring.model.reasons import Reason, explain, top_reasons
from scoring.model.scorer import Scorer, Scores
from scoring.model.threshold import CostThreshold, ProbabilityThreshold

__all__ = [
    "CostThreshold", "Curve", "Feature", "Isotonic", "Model", "Platt", "ProbabilityThreshold", "Reason", "Scorer",
    "Scores", "Term", "check_against", "explain", "load_model", "parse_model", "read_model", "save_model",
    "top_reasons",
]
