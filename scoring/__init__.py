"""Scoring: features to vector, model, training, evaluation and the sidecar. No SQL, no rowtime."""
