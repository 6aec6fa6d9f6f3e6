"""Models in a topic: published, promoted, rolled back, compared."""

from fraudstream.models.store import ModelStore, State

__all__ = ["ModelStore", "State"]
