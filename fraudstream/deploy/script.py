"""Splits a SQL script into statements, each with its place, without understanding them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fraudstream.errors import UserError

_PIECE = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\"|;|[^-/'`\";]+|.", re.DOTALL)
_CREATES = re.compile(
    r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:SOURCE\s+)?(STREAM|TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?(`[^`]+`|\w+)",
    re.IGNORECASE)
_INSERTS = re.compile(r"\s*INSERT\s+INTO\s+(`[^`]+`|\w+)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptStatement:
    """One statement without its comments before; line is 1-based in the file."""

    file: Path
    line: int
    text: str

    @property
    def creates(self) -> tuple[str, str] | None:
        """(STREAM or TABLE, name as ksqlDB stores it) when the statement creates a source."""
        found = _CREATES.match(self.text)
        return (found[1].upper(), _stored(found[2])) if found else None

    @property
    def inserts_into(self) -> str | None:
        """Name of the stream an INSERT INTO … SELECT writes."""
        found = _INSERTS.match(self.text)
        return _stored(found[1]) if found else None

    @property
    def normalised(self) -> str:
        """Comments and layout taken out: two texts that are equal here do the same."""
        return " ".join(p if p[0] in "'`\"" else p.upper() for p in _words(self.text))


def _words(text: str) -> list[str]:
    pieces = (p for p in _PIECE.findall(text) if not p.startswith(("--", "/*")))
    return [w for p in pieces for w in ([p] if p[0] in "'`\"" else re.findall(r"\w+|[^\w\s]", p))]


def _stored(name: str) -> str:
    return name[1:-1] if name.startswith("`") else name.upper()


def read_script(file: Path) -> list[ScriptStatement]:
    """The statements of a file, in order. Raises UserError with the line where a quote or the last `;` is missing."""
    found: list[ScriptStatement] = []
    line, start, statement = 1, 0, ""
    for piece in _PIECE.findall(file.read_text(encoding="utf-8")):
        if piece in ("'", "`", '"'):
            raise UserError(f"{file}:{line}: a quote {piece} is not closed")
        if statement:
            statement += piece
        elif piece.strip() and not piece.startswith(("--", "/*")):
            statement = piece.lstrip()
            start = line + piece[: len(piece) - len(statement)].count("\n")
        if piece == ";" and statement:
            found.append(ScriptStatement(file, start, statement.strip()))
            statement = ""
        line += piece.count("\n")
    if statement.strip():
        raise UserError(f"{file}:{start}: the statement does not end with ;")
    return found
