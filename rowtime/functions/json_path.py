"""EXTRACTJSONFIELD's paths: $.name, $[0], $["name"]."""

from __future__ import annotations

import functools


@functools.lru_cache(maxsize=1000)
def tokens_of(path: str) -> tuple[str, ...]:
    """The names and indexes of a path, or ValueError."""
    if not path.startswith("$"):
        raise invalid(path)
    tokens, at = [], 1
    while at < len(path):
        if path[at] == ".":
            token, at = unquoted(path, at + 1, "_:@")
        elif path[at] == "[":
            quoted = path.startswith('"', at + 1)
            token, at = subscript(path, at + 2) if quoted else unquoted(path, at + 1, "_")
            if not path.startswith("]", at):
                raise invalid(path)
            at += 1
        else:
            raise invalid(path)
        tokens.append(token)
    return tuple(tokens)


def unquoted(path: str, at: int, extra: str) -> tuple[str, int]:
    end = at
    while end < len(path) and (path[end].isalnum() or path[end] in extra):
        end += 1
    if end == at:
        raise invalid(path)
    return path[at:end], end


def subscript(path: str, at: int) -> tuple[str, int]:
    """A name in quotes, with \\" and \\\\."""
    token = ""
    while at < len(path) and path[at] != '"':
        if path[at] == "\\":
            at += 1
            if path[at : at + 1] not in ('"', "\\"):
                raise invalid(path)
        token += path[at]
        at += 1
    if at >= len(path):
        raise invalid(path)
    return token, at + 1


def invalid(path: str) -> ValueError:
    return ValueError(f"Invalid JSON path: '{path}'")
