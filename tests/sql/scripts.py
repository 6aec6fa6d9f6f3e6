"""The scripts of sql/, read for the tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Script:
    name: str
    text: str

    @property
    def header(self) -> list[str]:
        """The comment lines it begins with, without their marks."""
        lines = self.text.splitlines()
        end = next(i for i, line in enumerate(lines) if not line.startswith("--"))
        return [line.removeprefix("--").strip() for line in lines[:end]]

    @property
    def statement(self) -> str:
        """The script without comments, blanks made one."""
        return " ".join(" ".join(line for line in self.text.splitlines() if not line.startswith("--")).split())

    @property
    def object(self) -> str:
        """What the file's name says it is about."""
        return re.sub(r"^\d+_|\.sql$", "", self.name)


def scripts() -> list[Script]:
    return [Script(path.name, path.read_text(encoding="utf-8")) for path in sorted((ROOT / "sql").glob("*.sql"))]
