"""Codes of transaction types and channels, and PaySim's shares of the types."""

from __future__ import annotations

TYPES = ("CASH_IN", "CASH_OUT", "DEBIT", "PAYMENT", "TRANSFER")
CASH_IN, CASH_OUT, DEBIT, PAYMENT, TRANSFER = range(5)
SHARES = (0.2199, 0.3517, 0.0065, 0.3381, 0.0838)

CHANNELS = ("app", "web", "branch", "atm", "card")
APP, WEB, BRANCH, ATM, CARD = range(5)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
"""Milliseconds."""

REPORTING_LIMIT = 200_000_00
"""Cents; PaySim's own flag looks at transfers above 200,000."""
