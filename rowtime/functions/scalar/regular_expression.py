"""Functions of regular expressions (Java's syntax)."""

from __future__ import annotations

from rowtime.functions.regex import compiled, java_split, replacer
from rowtime.functions.registry import scalar_function

REGULAR_EXPRESSION = "REGULAR EXPRESSION"


@scalar_function("regexp_extract", "(STRING, STRING)->STRING", "(STRING, STRING, INT)->STRING",
                 category=REGULAR_EXPRESSION, about="The first match of a pattern in a text, or a group of it.")
def regexp_extract(pattern: str, s: str, group: int = 0) -> str | None:
    regex = compiled(pattern)
    if group > regex.groups:
        return None
    found = regex.search(s)
    return found[group] if found else None


@scalar_function("regexp_extract_all", "(STRING, STRING)->ARRAY<STRING>", "(STRING, STRING, INT)->ARRAY<STRING>",
                 category=REGULAR_EXPRESSION, about="All matches of a pattern in a text, or a group of each.")
def regexp_extract_all(pattern: str, s: str, group: int = 0) -> list[str] | None:
    regex = compiled(pattern)
    return None if group > regex.groups else [m[group] for m in regex.finditer(s)]


@scalar_function("regexp_replace", "(STRING, STRING, STRING)->STRING", category=REGULAR_EXPRESSION,
                 about="The text with every match of a pattern replaced.")
def regexp_replace(s: str, pattern: str, replacement: str) -> str:
    regex = compiled(pattern)
    return regex.sub(replacer(replacement, regex.groups), s)


@scalar_function("regexp_split_to_array", "(STRING, STRING)->ARRAY<STRING>", category=REGULAR_EXPRESSION,
                 about="The parts of a text between matches of a pattern.")
def regexp_split_to_array(s: str, pattern: str) -> list[str]:
    regex = compiled(pattern)
    if not pattern or regex.fullmatch(""):
        return java_split(regex, s)
    out, last = [], 0
    for m in regex.finditer(s):
        out.append(s[last : m.start()])
        last = m.end()
    return [*out, s[last:]]
