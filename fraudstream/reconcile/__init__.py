"""Do the books balance? Every transaction counted on its way, by hour of event time, from the topics themselves."""

from fraudstream.reconcile.books import Books
from fraudstream.reconcile.ledger import Ledger, reconcile
from fraudstream.reconcile.names import (
    DEAD_LETTERS,
    ENRICHED,
    FLAGS,
    JOINED,
    LABELLED,
    REJECTED,
    REPLAYED,
    TOPICS,
    TRANSACTIONS,
)

__all__ = ["DEAD_LETTERS", "ENRICHED", "FLAGS", "JOINED", "LABELLED", "REJECTED", "REPLAYED", "TOPICS", "TRANSACTIONS",
           "Books", "Ledger", "reconcile"]
