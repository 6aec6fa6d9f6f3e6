"""Names of brokers and nemeses, as users give them."""

from __future__ import annotations

ROWTIME, KAFKA = "rowtime", "kafka"
BROKERS = (ROWTIME, KAFKA)
KILL, STOP, BROKER, TAKE_OVER = "kill -9", "SIGSTOP", "broker kill", "take-over"
TAMPER, TEAR, CLEAN = "EndTxn", "late EndTxn", "clean stop"
