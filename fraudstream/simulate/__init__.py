"""A seeded simulator of bank customers and of the fraud done to them."""

from fraudstream.simulate.drift import Drift
from fraudstream.simulate.settings import Faults, Settings
from fraudstream.simulate.simulator import Day, simulate

__all__ = ["Day", "Drift", "Faults", "Settings", "simulate"]
