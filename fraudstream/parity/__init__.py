"""Do the features that training sees equal those that the deployed pipeline computes? Row by row, value by value."""

from fraudstream.parity.parity import Parity, parity

__all__ = ["Parity", "parity"]
