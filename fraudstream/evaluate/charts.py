"""The plots of an evaluation, as Vega-Lite specifications made with Altair."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from fraudstream.evaluate.calibration_error import reliability
from fraudstream.evaluate.costs import by_margin
from fraudstream.evaluate.drift import stability
from fraudstream.evaluate.evaluate import Evaluation
from fraudstream.evaluate.scored import Scored
from scoring.model.transforms import Array

HEIGHT = 260
POINTS = 300
Spec = dict[str, Any]


def specifications(done: Evaluation) -> dict[str, Spec]:
    """Specification by the id of its place in the page."""
    every = done.scored
    charts = {"precision_recall": precision_recall(done), "reliability_plot": reliability_plot(every),
              "cost": cost(every), "histogram": histogram(every), "by_fold": by_fold(done), "drift": drift(done)}
    return {name: chart.to_dict() for name, chart in charts.items()}


def precision_recall(done: Evaluation) -> alt.Chart:
    """Precision against recall over all test rows."""
    every = done.scored
    rows = [{"model": "this model", **point} for point in _curve(every.label, every.probability)]
    others = [one.challenger for one in done.folds if one.challenger]
    if others:
        score = np.concatenate([one.probability for one in others])
        rows += [{"model": "LightGBM", **point} for point in _curve(every.label, score)]
    return _chart(rows).mark_line().encode(
        x=alt.X("recall:Q", scale=alt.Scale(domain=[0, 1])), y=alt.Y("precision:Q", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("model:N", title=None, scale=alt.Scale(domain=["this model", "LightGBM"],
                                                               range=["#d1495b", "#2e86ab"])),
        order="recall:Q", tooltip=["model:N", alt.Tooltip("recall:Q", format=".3f"),
                                   alt.Tooltip("precision:Q", format=".3f")])


def _curve(label: Array, score: Array) -> list[dict[str, float]]:
    hits = np.cumsum(label[np.argsort(-score, kind="stable")])
    at = np.unique(np.geomspace(1, len(label), POINTS).astype(int)) - 1
    return [{"recall": float(hits[i] / hits[-1]), "precision": float(hits[i] / (i + 1))} for i in at]


def reliability_plot(scored: Scored) -> alt.LayerChart:
    """Share of frauds against mean probability in bins of equal counts; on the line probabilities are right."""
    rows = [row for row in reliability(scored.label, scored.probability) if row["share"] > 0]
    low = min([row["share"] for row in rows] + [row["probability"] for row in rows])
    line = _chart([{"probability": v, "share": v} for v in (low, 1.0)]).mark_line(color="#888", strokeDash=[4, 4])
    scale = alt.Scale(type="log", domain=[low, 1.0])
    points = _chart(rows).mark_point(filled=True, size=60, color="#d1495b", opacity=1)
    where = {"x": alt.X("probability:Q", scale=scale, title="mean probability"),
             "y": alt.Y("share:Q", scale=scale, title="share of frauds")}
    return line.encode(**where) + points.encode(**where, tooltip=["probability:Q", "share:Q", "rows:Q"])


def cost(scored: Scored) -> alt.Chart:
    """Cost of reviews and of frauds that pass, by the margin of the rule p · amount > review cost · margin."""
    rows = [{"margin": p.threshold, "cost": p.cost, "alerts": p.alerts, "precision": p.precision, "recall": p.recall}
            for p in by_margin(scored)]
    return _chart(rows).mark_line(point=True, color="#d1495b").encode(
        x=alt.X("margin:Q", scale=alt.Scale(type="log"), title="margin (1: the rule as it is)"),
        y=alt.Y("cost:Q", title="cost, in the amounts' currency"),
        tooltip=["margin:Q", "cost:Q", "alerts:Q", alt.Tooltip("precision:Q", format=".2f"),
                 alt.Tooltip("recall:Q", format=".2f")])


def histogram(scored: Scored) -> alt.Chart:
    """Rows by log-odds of their score, frauds and others; the vertical axis is logarithmic."""
    logit = np.log(scored.probability) - np.log1p(-np.minimum(scored.probability, 1 - 1e-12))
    edges = np.linspace(-12, 12, 49)
    rows = []
    for name, which in (("fraud", scored.label == 1), ("no fraud", scored.label == 0)):
        counts, _ = np.histogram(np.clip(logit[which], -12, 11.99), edges)
        rows += [{"from": float(a), "to": float(b), "n": int(n), "low": 0.5, "truth": name}
                 for a, b, n in zip(edges, edges[1:], counts, strict=False) if n]
    return _chart(rows).mark_bar(opacity=0.65).encode(
        x=alt.X("from:Q", title="log-odds of the score"), x2="to:Q",
        y=alt.Y("n:Q", title="rows", scale=alt.Scale(type="log", domainMin=0.5), stack=None), y2="low:Q",
        color=alt.Color("truth:N", title=None, scale=alt.Scale(domain=["fraud", "no fraud"],
                                                               range=["#d1495b", "#7c9cbf"])),
        tooltip=["truth:N", "n:Q"])


def by_fold(done: Evaluation) -> alt.Chart:
    """Average precision of each test."""
    rows = [{"test": one.fold.day, "model": "this model", "ap": one.figures["ap"]} for one in done.folds]
    rows += [{"test": one.fold.day, "model": "LightGBM", "ap": one.challenger_figures["ap"]}
             for one in done.folds if one.challenger_figures]
    return _chart(rows).mark_line(point=True).encode(
        x=alt.X("test:O", title="test from"), y=alt.Y("ap:Q", title="average precision", scale=alt.Scale(zero=False)),
        color=alt.Color("model:N", title=None, scale=alt.Scale(domain=["this model", "LightGBM"],
                                                               range=["#d1495b", "#2e86ab"])),
        tooltip=["test:O", "model:N", alt.Tooltip("ap:Q", format=".3f")])


def drift(done: Evaluation) -> alt.Chart:
    """Population stability index of the score, each test against the reference of its model."""
    rows = [{"test": one.fold.day, "psi": value} for one in done.folds
            if (value := stability(one.model, one.scored.probability)) is not None]
    return _chart(rows).mark_bar(color="#2e86ab").encode(
        x=alt.X("test:O", title="test from"), y=alt.Y("psi:Q", title="PSI of the score (0.25: large)"),
        tooltip=["test:O", alt.Tooltip("psi:Q", format=".4f")])


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows), width="container", height=HEIGHT)
