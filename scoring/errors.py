"""Errors whose text is one line: what is wrong, where, what to do."""

from __future__ import annotations


class ScoringError(Exception):
    """Base of every error this package raises on purpose."""


class ModelError(ScoringError):
    """A model file that cannot be used."""


class NoModel(ScoringError):
    """There is no model yet; waiting is right."""


class SchemaError(ScoringError):
    """A schema that lacks what is needed, or that this package cannot read or write."""


class ConfigError(ScoringError):
    """Settings that are missing or wrong; `problems` holds one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class TrainingError(ScoringError):
    """Training data or a training specification that cannot give a model."""


class RegistryError(ScoringError):
    """The schema registry does not answer, or answers with an error."""


class UnknownSchema(RegistryError):
    """The registry answers that there is no schema of that id or subject."""


class StopError(ScoringError):
    """The sidecar must stop: going on would lose or double records."""
