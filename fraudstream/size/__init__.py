"""How much of everything a rate of transactions needs, from measured rates."""

from fraudstream.size.rates import Rates, read_rates
from fraudstream.size.sizing import Sizing, size

__all__ = ["Rates", "Sizing", "read_rates", "size"]
