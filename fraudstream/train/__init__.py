"""Training: history through the same sql/ that serves, then a logistic regression."""

from fraudstream.train.train import Trained, train

__all__ = ["Trained", "train"]
