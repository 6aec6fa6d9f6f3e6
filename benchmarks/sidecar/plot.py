"""The sweep as an SVG: throughput above, latency below, over the size of a batch."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.sidecar.sweep import RATE, Point

WIDTH, PANEL, LEFT, TOP = 640, 170, 80, 30
COLOURS = ("#1f5fa8", "#c0392b")


def svg(points: Sequence[Point]) -> str:
    """Two panels that share the logarithmic axis of batch sizes."""
    upper = _panel(points, TOP, "records/s at full speed", [("", [p.wall for p in points])])
    title = f"ms until a flag is committed, at {RATE:,} records/s or half of the full speed"
    lower = _panel(points, TOP + PANEL + 60, title,
                   [("p50", [p.p50 for p in points]), ("p99", [p.p99 for p in points])])
    height = TOP + 2 * PANEL + 120
    axis = "".join(f'<text x="{_x(points, p.batch_size):.0f}" y="{height - 30}" text-anchor="middle">{p.batch_size:,}'
                   "</text>" for p in points)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
            f'font-size="12"><rect width="100%" height="100%" fill="white"/>{upper}{lower}{axis}'
            f'<text x="{WIDTH / 2}" y="{height - 10}" text-anchor="middle">batch size, at most</text></svg>\n')


def _x(points: Sequence[Point], size: int) -> float:
    low, high = math.log(points[0].batch_size), math.log(points[-1].batch_size)
    return LEFT + (math.log(size) - low) / max(high - low, 1e-9) * (WIDTH - LEFT - 60)


def _panel(points: Sequence[Point], top: int, title: str, lines: Sequence[tuple[str, Sequence[float]]]) -> str:
    most = max(value for _, values in lines for value in values) * 1.1
    parts = [f'<text x="{LEFT}" y="{top - 8}" font-weight="bold">{title}</text>']
    for step in range(5):
        value, y = most * step / 4, top + PANEL * (1 - step / 4)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 50}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{value:,.0f}</text>')
    for (name, values), colour in zip(lines, COLOURS, strict=False):
        at = [(_x(points, p.batch_size), top + PANEL * (1 - v / most)) for p, v in zip(points, values, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{at[-1][0] + 6:.0f}" y="{at[-1][1] + 4:.0f}" fill="{colour}">{name}</text>')
    return "".join(parts)
