"""Stands for a sender and for what waits: notes in which order they were asked what."""

from __future__ import annotations

from fraudstream.replay.rows import Label, Transaction


class Waits:
    def __init__(self, told: list[str]):
        self.told = told

    def labels(self, sent: int) -> None:
        self.told.append(f"labels {sent}")

    def transactions(self, sent: int) -> None:
        self.told.append(f"transactions {sent}")


class Sends:
    def __init__(self, told: list[str]):
        self.told = told
        self.transactions = self.labels = self.undecodable = 0

    def transaction(self, row: Transaction) -> None:
        self.told.append(f"t{row.time}")
        self.transactions += 1
        self.undecodable += isinstance(row.value, bytes)

    def label(self, label: Label) -> None:
        self.told.append(f"label {label.transaction_id}")
        self.labels += 1

    def wait(self, seconds: float) -> None:
        pass

    def flush(self) -> None:
        pass
