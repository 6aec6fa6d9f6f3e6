"""Progress on standard error: rate and remaining time; nothing when nobody is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Advance = Callable[[int], None]


@contextmanager
def progress(title: str, total: int | None | Callable[[], int | None], unit: str = "rows",
             quiet: bool = False) -> Iterator[Advance]:
    """Gives a function that is told how many are done in all; a bar when total is known, else a counter.

    total may be a function, asked anew each time, where the number is known only later.

    Shows nothing with quiet or when standard error is no terminal.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    bar = _bar(unit)
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done: bar.update(task, completed=done, total=total() if callable(total) else total)


def _bar(unit: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Any) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f} {unit}/s" if speed else f"– {unit}/s")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=False)
