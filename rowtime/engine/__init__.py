"""ksqlDB's engine: statements to plans, plans to Python, records through them."""

from rowtime.engine.engine import Engine, Executed

__all__ = ["Engine", "Executed"]
