"""One HTML file with everything in it: style, scripts, plots and numbers. It needs no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from importlib import resources
from typing import Any

from fraudstream.report.tables import Tables

PLOTS = (
    ("flags_over_time", "Flags over time", "By hour of the transaction, UTC.", True),
    ("quality", "Precision and recall as labels arrive", "By day of the transaction, over the labels so far.", False),
    ("scores", "Scores", "Transactions by score; the vertical axis is logarithmic.", False),
    ("by_type", "Share flagged by type", "Flagged of all scored.", False),
    ("accounts", "Accounts with most flags", "", False),
)
BOOKS = ("produced", "undecodable", "rejected", "enriched", "scored", "dead_lettered", "flagged", "joined", "labelled",
         "missing", "duplicated")


def page(tables: Tables, specifications: dict[str, Any], made_at: datetime) -> str:
    """The whole document."""
    plots = "".join(_plot(*plot, drawn=plot[0] in specifications) for plot in PLOTS)
    body = f"""<h1>fraudstream report</h1>
<p>{_period(tables)}</p>
<section class="tiles">{_tiles(tables)}</section>
<section class="cards">{plots}{_tables(tables)}</section>
<footer>Made {made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC from the report tables of ksqlDB (sql/4xx). Amounts are in the
accounts' currency.</footer>
"""
    return document("fraudstream report", body, specifications)


def document(title: str, body: str, specifications: dict[str, Any]) -> str:
    """A self-contained page. body: HTML; specifications: Vega-Lite by the id of the element they are drawn into."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_asset("assets/page.css")}</style>
</head>
<body><main>
{body}</main>
<script type="application/json" id="specifications">{_json(specifications)}</script>
<script>{_asset("vendor/vega.min.js")}</script>
<script>{_asset("vendor/vega-lite.min.js")}</script>
<script>{_asset("assets/page.js")}</script>
</body>
</html>
"""


def _period(tables: Tables) -> str:
    if not tables.by_hour:
        return "No transaction has been scored yet."
    first, last = tables.by_hour[0]["WINDOWSTART"], max(row["WINDOWEND"] for row in tables.by_hour)
    return f"Transactions from {_time(first)} to {_time(last)} UTC."


def _tiles(tables: Tables) -> str:
    tp, fp, fn = (sum(row[name] for row in tables.confusion) for name in ("TP", "FP", "FN"))
    amount = sum(row["AMOUNT_FLAGGED"] for row in tables.by_type)
    tiles = [
        (f"{tables.scored:,}", "transactions scored"),
        (f"{tables.flagged:,}", f"flagged ({tables.flagged / tables.scored:.2%})" if tables.scored else "flagged"),
        (_short(amount), "amount flagged"),
        (f"{sum(row['LABELLED'] for row in tables.confusion):,}", "labelled so far"),
        (f"{tp / (tp + fp):.1%}" if tp + fp else "–", f"precision ({tp} of {tp + fp} flags right)"),
        (f"{tp / (tp + fn):.1%}" if tp + fn else "–", f"recall ({tp} of {tp + fn} frauds found)"),
        (f"{sum(row['REJECTED'] for row in tables.rejected):,}", "rejected, with a reason"),
    ]
    return "".join(f'<div class="tile"><b>{value}</b><span>{escape(label)}</span></div>' for value, label in tiles)


def _plot(name: str, title: str, text: str, wide: bool, drawn: bool) -> str:
    body = f'<div class="plot" id="{name}"></div>' if drawn else '<p class="none">Nothing to show yet.</p>'
    return _card(title, text, body, wide)


def _tables(tables: Tables) -> str:
    return "".join([
        _card("By model, over labelled transactions", "", _table(
            ("model", "labelled", "tp", "fp", "fn", "tn", "precision", "recall", "amount caught", "amount missed"), (
                (r["MODEL_VERSION"], f"{r['LABELLED']:,}", r["TP"], r["FP"], r["FN"], f"{r['TN']:,}",
                 f"{r['PRECISION_SO_FAR']:.1%}", f"{r['RECALL_SO_FAR']:.1%}", f"{r['AMOUNT_CAUGHT']:,.0f}",
                 f"{r['AMOUNT_MISSED']:,.0f}") for r in tables.confusion)), wide=True),
        _card("By type", "", _table(("type", "scored", "flagged", "amount", "of it flagged", "mean", "highest"), (
            (r["TYPE"], f"{r['SCORED']:,}", f"{r['FLAGGED']:,}", f"{r['AMOUNT']:,.0f}", f"{r['AMOUNT_FLAGGED']:,.0f}",
             f"{r['MEAN_SCORE']:.4f}", f"{r['WORST_SCORE']:.3f}") for r in tables.by_type))),
        _card("Rejected", "Transactions that could not be enriched.", _table(("reason", "count"), (
            (r["REASON"], f"{r['REJECTED']:,}") for r in tables.rejected))),
        _card("Books", _verdict(tables), _table(("", "count"), _books(tables))) if tables.books else "",
        _card("Accounts with most flags", "", _table(("account", "scored", "flagged", "amount flagged", "highest"), (
            (r["ACCOUNT_ID"], f"{r['SCORED']:,}", r["FLAGGED"], f"{r['AMOUNT_FLAGGED']:,.0f}",
             f"{r['WORST_SCORE']:.3f}") for r in tables.accounts))),
    ])


def _books(tables: Tables) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), f"{tables.books[name]:,}") for name in BOOKS if name in tables.books]


def _verdict(tables: Tables) -> str:
    b = {name: int(tables.books.get(name, 0)) for name in BOOKS}
    balanced = (b["produced"] == b["undecodable"] + b["rejected"] + b["enriched"] and b["scored"] == b["joined"]
                and b["enriched"] == b["scored"] + b["dead_lettered"] and not b["missing"] and not b["duplicated"])
    word = '<span class="good">They balance</span>' if balanced else '<span class="bad">They do not balance</span>'
    return (f"{word}: produced = undecodable + rejected + enriched; enriched = scored + dead-lettered; "
            "scored = joined; none missing or doubled.")


def _card(title: str, text: str, body: str, wide: bool = False) -> str:
    """text is HTML."""
    kind = "card wide" if wide else "card"
    return f'<div class="{kind}"><h2>{escape(title)}</h2>{f"<p>{text}</p>" if text else ""}{body}</div>'


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>" for row in rows)
    if not body:
        return '<p class="none">Nothing to show yet.</p>'
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _short(value: float) -> str:
    """1,234 or 12.3 k or 461.9 M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if unit == 'k' else size):,.1f} {unit}"
    return f"{value:,.0f}"


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M}"


def _json(value: Any) -> str:
    """JSON that cannot end its script element."""
    return json.dumps(value).replace("<", "\\u003c")


def _asset(name: str) -> str:
    return resources.files("fraudstream.report").joinpath(name).read_text(encoding="utf-8")
