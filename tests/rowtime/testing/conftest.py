"""The plugin's own fixture, also where the package's entry points are not installed."""

from __future__ import annotations

from rowtime.testing.plugin import rowtime

__all__ = ["rowtime"]
