"""The topics that are counted."""

from __future__ import annotations

TRANSACTIONS = "transactions"
REJECTED = "transactions_rejected"
ENRICHED = "transactions_enriched"
REPLAYED = "transactions_enriched_replayed"
FLAGS = "fraud_flags"
DEAD_LETTERS = "fraud_dead_letters"
JOINED = "transactions_scored"
LABELLED = "transactions_labelled"
TOPICS = (TRANSACTIONS, REJECTED, ENRICHED, FLAGS, DEAD_LETTERS, JOINED, LABELLED)
