"""Kinds of fraud, one a file: `incident` plans one, `lookalike` plans honest behaviour that resembles it."""

from __future__ import annotations

from types import ModuleType

from fraudstream.simulate.fraud import (
    account_takeover,
    card_testing,
    compromised_merchant,
    mule_chain,
    payment_burst,
    under_limit,
)

KINDS: tuple[tuple[str, ModuleType, float], ...] = (
    ("mule_chain", mule_chain, 0.26),
    ("payment_burst", payment_burst, 0.22),
    ("account_takeover", account_takeover, 0.20),
    ("compromised_merchant", compromised_merchant, 0.18),
    ("under_limit", under_limit, 0.14),
)
"""Name, module, share of all fraudulent transactions."""

NEW_KIND = len(KINDS) + 1
"""The number of card testing, which happens only where drift is asked for."""

NAMES = tuple(name for name, _, _ in KINDS)
NAMES_OF_ALL = (*NAMES, card_testing.NAME)
