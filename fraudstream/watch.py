"""Live flags by a push query on fraud_alerts, which reconnects by itself and shows no flag twice."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from fraudstream.ksqldb import Client, PushEvent, PushQuery, literal

_COLUMNS = ("TRANSACTION_ID", "ACCOUNT_ID", "COUNTERPARTY_ID", "EVENT_TIME", "TYPE", "CHANNEL", "AMOUNT", "SCORE",
            "THRESHOLD", "REASON_CODES", "MODEL_VERSION", "SCORED_AT")
HEADER = f"{'time (UTC)':<19}  {'account':<12} {'type':<9} {'amount':>14}  {'score':>6}  {'flagged':<8} reasons"


@dataclass(frozen=True, slots=True)
class Flag:
    """One alert. Times are ISO text in UTC; a reason has feature, value, contribution to the log-odds, and phrase."""

    transaction_id: str
    account_id: str
    counterparty_id: str | None
    event_time: str
    type: str | None
    channel: str | None
    amount: float | None
    score: float
    threshold: float
    reason_codes: list[dict[str, Any]]
    model_version: str
    scored_at: str | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Flag:
        values = {name.lower(): row[name] for name in _COLUMNS}
        values["reason_codes"] = [{key.lower(): value for key, value in reason.items()}
                                  for reason in row["REASON_CODES"] or []]
        return cls(**values)

    def reasons(self, count: int = 3) -> str:
        """The strongest reasons in words."""
        return "; ".join(str(reason.get("phrase") or reason["feature"]) for reason in self.reason_codes[:count])

    def line(self) -> str:
        """One line for a terminal, under HEADER."""
        amount = "–" if self.amount is None else f"{self.amount:,.2f}"
        when = self.event_time[:19].replace("T", " ")
        return (f"{when:<19}  {self.account_id:<12} {self.type or '–':<9} {amount:>14}  {self.score:>6.3f}  "
                f"{'≥ ' + format(self.threshold, '.3f'):<8} {self.reasons()}")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def flags(client: Client, *, account: str | None = None, from_start: bool = False, limit: int | None = None,
          on_event: Callable[[PushEvent], None] = lambda event: None) -> Flags:
    """Flags as they are raised: those to come, or with from_start all; of one account where named."""
    where = f" WHERE ACCOUNT_ID = {literal(account)}" if account else ""
    sql = f"SELECT {', '.join(_COLUMNS)} FROM FRAUD_ALERTS{where} EMIT CHANGES;"
    properties = {"auto.offset.reset": "earliest" if from_start else "latest"}
    return Flags(client.push(sql, properties, key="TRANSACTION_ID" if from_start else None, on_event=on_event), limit)


class Flags:
    """Iterator of flags; close() ends the query, from another thread too."""

    def __init__(self, query: PushQuery, limit: int | None = None):
        self.query, self.limit = query, limit

    def __iter__(self) -> Iterator[Flag]:
        if self.limit == 0:
            return
        for number, row in enumerate(self.query, start=1):
            yield Flag.of(row)
            if number == self.limit:
                self.close()

    def close(self) -> None:
        self.query.close()


def watch(url: str, *, account: str | None = None, from_start: bool = False, limit: int | None = None,
          as_json: bool = False, write: Callable[[str], object] = print,
          complain: Callable[[str], object] = lambda text: print(text, file=sys.stderr)) -> int:
    """Print flags until interrupted or `limit` of them have come; how many. Breaks are told by `complain`.

    Raises KsqlDbError when no ksqlDB answers at the start.
    """
    count = 0
    with Client(url) as client:
        client.info()
        for flag in flags(client, account=account, from_start=from_start, limit=limit, on_event=_teller(complain)):
            if not as_json and not count:
                write(HEADER)
            write(json.dumps(flag.as_dict()) if as_json else flag.line())
            count += 1
    return count


def _teller(complain: Callable[[str], object]) -> Callable[[PushEvent], None]:
    broken = [False]

    def tell(event: PushEvent) -> None:
        if event.state == "disconnected":
            broken[0] = True
            complain(f"{event.reason}; trying again in {event.wait:.1f} s")
        elif event.state == "connected" and broken[0]:
            broken[0] = False
            complain("connected again")

    return tell
