"""The plots, as Vega-Lite specifications made with Altair. Colours and fonts come from the page, light or dark."""

from __future__ import annotations

from typing import Any

import altair as alt

from fraudstream.report.tables import BINS, Rows, Tables

FLAGGED, PASSED = "flagged", "passed"
COLOURS = alt.Scale(domain=[FLAGGED, PASSED], range=["#d1495b", "#7c9cbf"])
LINES = alt.Scale(domain=["precision", "recall"], range=["#d1495b", "#2e86ab"])
HEIGHT = 220
Spec = dict[str, Any]


def specifications(tables: Tables) -> dict[str, Spec]:
    """Specification by name; names without data are left out."""
    charts = {
        "flags_over_time": flags_over_time(tables.by_hour) if tables.by_hour else None,
        "by_type": by_type(tables.by_type) if tables.by_type else None,
        "quality": quality(tables.confusion_by_day) if tables.confusion_by_day else None,
        "scores": scores(tables.scores) if tables.scores else None,
        "accounts": accounts(tables.accounts) if tables.accounts else None,
    }
    return {name: chart.to_dict() for name, chart in charts.items() if chart is not None}


def flags_over_time(rows: Rows) -> alt.Chart:
    """Flags by hour of event time, by type."""
    data = [{"hour": row["WINDOWSTART"], "type": row["TYPE"], "flags": row["FLAGGED"]}
            for row in rows if row["FLAGGED"]]
    return alt.Chart(_data(data), width="container", height=HEIGHT).mark_bar().encode(
        x=alt.X("hour:T", title=None, timeUnit="utcyearmonthdatehours", scale=alt.Scale(type="utc")),
        y=alt.Y("sum(flags):Q", title="flags an hour"),
        color=alt.Color("type:N", title=None, scale=alt.Scale(scheme="tableau10")),
        tooltip=[alt.Tooltip("hour:T", timeUnit="utcyearmonthdatehours"), "type:N", "sum(flags):Q"])


def by_type(rows: Rows) -> alt.Chart:
    """Share of transactions flagged, by type."""
    data = [{"type": row["TYPE"], "share": row["FLAGGED"] / row["SCORED"], "flagged": row["FLAGGED"],
             "scored": row["SCORED"]} for row in rows]
    return alt.Chart(_data(data), width="container", height=HEIGHT).mark_bar(color="#d1495b").encode(
        x=alt.X("share:Q", title="share flagged", axis=alt.Axis(format=".1%")),
        y=alt.Y("type:N", title=None, sort="-x"),
        tooltip=["type:N", alt.Tooltip("share:Q", format=".2%"), "flagged:Q", "scored:Q"])


def quality(rows: Rows) -> alt.LayerChart:
    """Precision and recall by day of the transaction, over the labels that have come."""
    data = []
    for day, (tp, fp, fn) in _by_day(rows).items():
        if tp + fp:
            data.append({"day": day, "measure": "precision", "value": tp / (tp + fp), "of": tp + fp})
        if tp + fn:
            data.append({"day": day, "measure": "recall", "value": tp / (tp + fn), "of": tp + fn})
    base = alt.Chart(_data(data), width="container", height=HEIGHT).encode(
        x=alt.X("day:T", title=None, timeUnit="utcyearmonthdate", scale=alt.Scale(type="utc")),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
        color=alt.Color("measure:N", title=None, scale=LINES),
        tooltip=[alt.Tooltip("day:T", timeUnit="utcyearmonthdate"), "measure:N", alt.Tooltip("value:Q", format=".1%"),
                 alt.Tooltip("of:Q", title="of transactions")])
    return base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=45, opacity=1)


def scores(rows: Rows) -> alt.Chart:
    """How many transactions got which score; on a logarithmic axis, for almost all are low."""
    data = [{"from": row["BIN"] / BINS, "to": (row["BIN"] + 1) / BINS, "n": row["N"], "low": 0.5,
             "decision": FLAGGED if row["FLAGGED"] else PASSED} for row in rows]
    return alt.Chart(_data(data), width="container", height=HEIGHT).mark_bar(opacity=0.75).encode(
        x=alt.X("from:Q", title="score", scale=alt.Scale(domain=[0, 1])), x2="to:Q",
        y=alt.Y("n:Q", title="transactions", scale=alt.Scale(type="log", domainMin=0.5), stack=None),
        y2="low:Q",
        color=alt.Color("decision:N", title=None, scale=COLOURS),
        tooltip=[alt.Tooltip("from:Q", format=".2f"), alt.Tooltip("to:Q", format=".2f"), "decision:N", "n:Q"])


def accounts(rows: Rows) -> alt.Chart:
    """The accounts with most flags."""
    data = [{"account": row["ACCOUNT_ID"], "flagged": row["FLAGGED"], "amount": row["AMOUNT_FLAGGED"]} for row in rows]
    return alt.Chart(_data(data), width="container", height=alt.Step(16)).mark_bar(color="#d1495b").encode(
        x=alt.X("flagged:Q", title="flags", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("account:N", title=None, sort="-x"),
        tooltip=["account:N", "flagged:Q", alt.Tooltip("amount:Q", format=",.2f")])


def _by_day(rows: Rows) -> dict[int, tuple[int, int, int]]:
    """tp, fp, fn by day, over all model versions."""
    days: dict[int, tuple[int, int, int]] = {}
    for row in rows:
        tp, fp, fn = days.get(row["WINDOWSTART"], (0, 0, 0))
        days[row["WINDOWSTART"]] = (tp + row["TP"], fp + row["FP"], fn + row["FN"])
    return days


def _data(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=rows)
