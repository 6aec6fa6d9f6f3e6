"""ksqlDB scripts cut into statements: comments, quotes and positions kept right."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fraudstream.errors import UserError

_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<quoted>'(?:[^']|'')*'|`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\")"
    r"|(?P<open>/\*|['`\"])"
    r"|(?P<end>;)"
    r"|(?P<space>\s+)"
    r"|(?P<text>[^\s;'`\"/-]+|[/-])",
    re.DOTALL,
)


class ScriptError(UserError):
    """A script that cannot be cut, or a statement that failed; says file, line and column."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its semicolon, from its first word on. line and column count from 1 in the file.

    normal is the text without comments and with single spaces: equal for statements that differ in layout only.
    """

    file: Path
    line: int
    column: int
    text: str
    normal: str

    @property
    def digest(self) -> str:
        """SHA-256 of the normal text."""
        return hashlib.sha256(self.normal.encode()).hexdigest()

    def place(self, line: int | None = None, column: int | None = None) -> str:
        """file:line:column of a position within the statement (from 1), or of its beginning."""
        if line is None or column is None:
            return f"{self.file}:{self.line}:{self.column}"
        return f"{self.file}:{self.line + line - 1}:{column + (self.column - 1 if line == 1 else 0)}"


def read(file: Path) -> list[Statement]:
    """The statements of a script; raises ScriptError with the position of what is wrong."""
    try:
        return split(file.read_text(encoding="utf-8"), file)
    except UnicodeDecodeError as error:
        raise ScriptError(f"{file}: not UTF-8 text (byte {error.start})") from None


def split(text: str, file: Path = Path("<sql>")) -> list[Statement]:
    """The statements of a text."""
    statements: list[Statement] = []
    start: int | None = None
    words: list[str] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "open":
            what = "comment" if found.group() == "/*" else f"quote {found.group()}"
            raise ScriptError(f"{_place(file, text, found.start())}: {what} is never closed")
        if kind in ("comment", "space"):
            words.append(" ")
            continue
        start = found.start() if start is None else start
        words.append(found.group())
        if kind == "end":
            line, column = position(text, start)
            statements.append(Statement(file, line, column, text[start : found.end()], _normal(words)))
            start, words = None, []
    if start is not None:
        raise ScriptError(f"{_place(file, text, len(text.rstrip()))}: missing ';' after the last statement")
    return statements


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _place(file: Path, text: str, offset: int) -> str:
    line, column = position(text, offset)
    return f"{file}:{line}:{column}"


def _normal(words: list[str]) -> str:
    """Single spaces outside quotes, none before or after the statement."""
    out: list[str] = []
    for word in words:
        if word.isspace():
            if out and out[-1] != " ":
                out.append(" ")
        else:
            out.append(word)
    return "".join(out).strip().removesuffix(";").rstrip()
