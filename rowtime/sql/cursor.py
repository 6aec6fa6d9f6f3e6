"""Walking over tokens, and the syntax errors in ksqlDB's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

from rowtime.errors import ParseError
from rowtime.sql.ast import Position
from rowtime.sql.keywords import RESERVED, STATEMENTS
from rowtime.sql.lexer import Kind, Token
from rowtime.sql.types import SqlType

MAX_DEPTH = 60
"""How deep parentheses, calls and types may be nested."""


class Cursor:
    """The tokens of one statement, the place reached, and the lambda parameters in scope."""

    def __init__(self, tokens: Sequence[Token], text: str, types: Mapping[str, SqlType], testing: bool = False):
        self.tokens, self.text, self.types, self.testing = tokens, text, types, testing
        self.at = 0
        self.depth = 0
        self.lambda_scopes: list[tuple[str, ...]] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def pos(self) -> Position:
        return self.token.pos

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def next(self) -> Token:
        token = self.token
        if token.kind is not Kind.END:
            self.at += 1
        return token

    # words and symbols
    def is_word(self, *words: str) -> bool:
        return self.token.kind is Kind.WORD and self.token.value in words

    def is_symbol(self, *symbols: str) -> bool:
        return self.token.kind is Kind.SYMBOL and self.token.text in symbols

    def next_is(self, text: str, ahead: int = 1) -> bool:
        token = self.peek(ahead)
        return token.kind in (Kind.WORD, Kind.SYMBOL) and token.value == text

    def accept(self, *wanted: str) -> bool:
        """Consume these words or symbols if they come next, all of them or none."""
        for i, text in enumerate(wanted):
            if not self.next_is(text, i):
                return False
        self.at += len(wanted)
        return True

    def expect(self, *wanted: str) -> None:
        for text in wanted:
            if not self.accept(text):
                self.missing(text)

    # names and literals
    def is_identifier(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        if token.kind is Kind.WORD:
            return token.value not in RESERVED
        return token.kind in (Kind.QUOTED, Kind.DIGIT_WORD)

    def identifier(self, what: str = "a name", *, keep_case: bool = False) -> str:
        """Upper-cased unless quoted."""
        token = self.token
        if not self.is_identifier():
            self.unexpected(what)
        if token.kind is not Kind.QUOTED and "@" in token.text:
            self.fail("identifiers must not contain '@'; surround the identifier with backticks")
        if token.kind is Kind.QUOTED and not token.value:
            self.fail("an identifier cannot be empty")
        self.at += 1
        return token.text if keep_case and token.kind is not Kind.QUOTED else token.value

    def string(self, what: str = "a string in single quotes") -> str:
        if self.token.kind is not Kind.STRING:
            self.unexpected(what)
        return self.next().value

    def whole_number(self, what: str = "a whole number") -> int:
        if self.token.kind is not Kind.INTEGER:
            self.unexpected(what)
        return int(self.next().text)

    # errors
    def fail(self, detail: str, token: Token | None = None) -> NoReturn:
        """A syntax error at `token` (default: the current one)."""
        pos = (token or self.token).pos
        message = f"line {pos.line}:{pos.column + 1}: Syntax Error\n{detail}"
        raise ParseError(message, self.text, line=pos.line, column=pos.column)

    def fail_building(self, detail: str, token: Token) -> NoReturn:
        """A statement that is well formed but holds something impossible (a number too large, …)."""
        pos = token.pos
        self.fail_preparing(f"line {pos.line}:{pos.column + 2}: {detail}", token)

    def fail_preparing(self, detail: str, token: Token | None = None) -> NoReturn:
        """The same, without line and column in the message."""
        pos = (token or self.token).pos
        message = f"Failed to prepare statement: {detail}"
        raise ParseError(message, self.text, line=pos.line, column=pos.column)

    def unexpected(self, expected: str) -> NoReturn:
        token = self.token
        if token.kind is Kind.WORD and token.value in RESERVED:
            self.fail(
                f"\"{token.text}\" is a reserved keyword and it can't be used as an identifier. "
                f"You can use it as an identifier by escaping it as '{token.text}' "
            )
        self.fail(f"Expecting {expected} at '{token.text}'")

    def missing(self, wanted: str) -> NoReturn:
        self.fail(f"missing '{wanted}' at '{self.token.text}'")

    def unknown_statement(self) -> NoReturn:
        token = self.token
        close = difflib.get_close_matches(token.value, STATEMENTS, 1)
        hint = f"\nDid you mean '{close[0]}'?" if close else ""
        self.fail(f"Unknown statement '{token.text}'{hint}")

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested more than {MAX_DEPTH} levels deep")
        try:
            yield
        finally:
            self.depth -= 1
