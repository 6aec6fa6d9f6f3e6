"""Rows side by side as text: what was expected against what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WIDEST = 60


class Pair(NamedTuple):
    """One row as expected and as it came (None: there is none), and whether they agree."""

    expected: Sequence[str] | None
    actual: Sequence[str] | None
    same: bool


def table(header: Sequence[str], pairs: Sequence[Pair]) -> str:
    """Rows that agree once; else a line with `-` for what was expected and one with `+` for what came.

    A cell that differs is marked with `!`.
    """
    lines: list[tuple[str, Sequence[str]]] = [("", ["", *header])]
    for number, pair in enumerate(pairs, 1):
        lines += _lines(number, pair)
    widths = [max(len(_short(row[i])) for _, row in lines if i < len(row)) for i in range(len(header) + 1)]
    return "\n".join(_line(mark, row, widths) for mark, row in lines)


def _lines(number: int, pair: Pair) -> list[tuple[str, Sequence[str]]]:
    if pair.same and pair.actual is not None:
        return [("", [str(number), *pair.actual])]
    found: list[tuple[str, Sequence[str]]] = []
    if pair.expected is not None:
        found.append(("-", [str(number), *pair.expected]))
    if pair.actual is not None:
        found.append(("+", [str(number), *_marked(pair.actual, pair.expected)]))
    return found or [("-", [str(number), "(nothing)"])]


def _marked(actual: Sequence[str], expected: Sequence[str] | None) -> list[str]:
    if expected is None or len(expected) != len(actual):
        return list(actual)
    return [a if a == e or e == "*" else f"{a} !" for a, e in zip(actual, expected, strict=True)]


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _line(mark: str, row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [_short(cell).ljust(width) for cell, width in zip(row, widths, strict=False)]
    return f"{mark or ' '} {'  '.join(cells)}".rstrip()
