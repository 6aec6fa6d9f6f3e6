"""The simulator's tables. Column names are those of schemas/, the key and what only files carry added."""

from __future__ import annotations

import pyarrow as pa

_TIME = pa.timestamp("ms", tz="UTC")
_NAME = pa.string()
_BALANCES = ("old_balance_origin", "new_balance_origin", "old_balance_destination", "new_balance_destination")

TRANSACTIONS = pa.schema([
    ("transaction_id", _NAME), ("account_id", _NAME), ("event_time", _TIME), ("ingested_at", _TIME), ("type", _NAME),
    ("channel", _NAME), ("amount", pa.float64()), ("counterparty_id", _NAME), *((b, pa.float64()) for b in _BALANCES),
    ("fault", _NAME), ("raw_value", pa.binary()),
])
"""account_id is the record's key; fault names the bad input injected, if any; raw_value replaces the encoded value."""

LABELS = pa.schema([
    ("transaction_id", _NAME), ("event_time", _TIME), ("labelled_at", _TIME), ("is_fraud", pa.bool_()),
    ("account_id", _NAME), ("counterparty_id", _NAME), ("fraud_kind", _NAME),
])
