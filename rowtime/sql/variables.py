"""Session variables: `${name}` in a statement's text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rowtime.errors import ParseError
from rowtime.sql.keywords import RESERVED
from rowtime.sql.lexer import Kind, Token, tokenize

_IN_STRING = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_@]*)\}")
_LITERAL_WORDS = ("NULL", "TRUE", "FALSE")


def normalise(variables: Mapping[str, str]) -> dict[str, str]:
    """Names are case-insensitive."""
    return {name.upper(): value for name, value in variables.items()}


def substitute(text: str, tokens: list[Token], variables: Mapping[str, str]) -> str:
    """The text with every variable of `tokens` replaced; an unknown one outside a string is an error."""
    parts: list[str] = []
    at = tokens[0].start
    for token in tokens:
        new = _replacement(text, token, variables)
        if new is not None:
            parts += (text[at : token.start], new)
            at = token.end
    return "".join(parts) + text[at : tokens[-1].end]


def _replacement(text: str, token: Token, variables: Mapping[str, str]) -> str | None:
    if token.kind is Kind.VARIABLE:
        return _whole(text, token, variables)
    if token.kind in (Kind.STRING, Kind.QUOTED) and "${" in token.text:
        quote = token.text[0]
        return quote + _IN_STRING.sub(lambda m: _inside(m, quote, variables), token.text[1:-1]) + quote
    return None


def _inside(match: re.Match[str], quote: str, variables: Mapping[str, str]) -> str:
    value = variables.get(match.group(1).upper())
    return match.group() if value is None else value.replace(quote, quote * 2)


def _whole(text: str, token: Token, variables: Mapping[str, str]) -> str:
    value = variables.get(token.value.upper())
    where = f"line {token.pos.line}:{token.pos.column + 1}: "
    if value is None:
        raise ParseError(
            f"{where}Syntax Error\nthe variable {token.text} is not defined; DEFINE {token.value} = '…'; first",
            text, line=token.pos.line, column=token.pos.column,
        )  # fmt: skip
    if not _is_one_term(value):
        raise ParseError(
            f"{where}Syntax Error\nthe variable {token.text} may stand for one name or literal only. Got: '{value}'",
            text, line=token.pos.line, column=token.pos.column,
        )  # fmt: skip
    return value


def _is_one_term(value: str) -> bool:
    tokens = tokenize(value)[:-1]
    if len(tokens) == 2 and tokens[0].text == "-":
        return tokens[1].kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)
    if len(tokens) != 1 or tokens[0].text != value.strip():
        return False
    token = tokens[0]
    if token.kind is Kind.WORD:
        return token.value not in RESERVED or token.value in _LITERAL_WORDS
    return token.kind not in (Kind.SYMBOL, Kind.VARIABLE)
