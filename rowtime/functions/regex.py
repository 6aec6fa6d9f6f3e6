"""Java's regular expressions by Python's: patterns are rewritten, what cannot be is refused."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

LINE = r"\n\r\x85\u2028\u2029"
CLASSES = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7f", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": " -~", "Blank": r" \t", "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F", "Space": r" \t\n\x0b\f\r",
}
HORIZONTAL = r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
VERTICAL = r"\n\x0b\f\r\x85\u2028\u2029"
IN_SET = {"h": HORIZONTAL, "v": VERTICAL, "e": r"\x1b"}
ALONE = {
    "z": r"\Z", "Z": rf"(?=(?:\r\n|[{LINE}])?\Z)", "R": rf"(?:\r\n|[{VERTICAL}])", "h": f"[{HORIZONTAL}]",
    "H": f"[^{HORIZONTAL}]", "v": f"[{VERTICAL}]", "V": f"[^{VERTICAL}]", "e": r"\x1b",
}
REFUSED = "GX"


@functools.lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, or ValueError."""
    try:
        return re.compile(Rewriter(pattern).all(), re.ASCII)
    except re.error as e:
        raise ValueError(f"Invalid regular expression pattern: {pattern}") from e


class Rewriter:
    """Walks a Java pattern and writes the Python one."""

    def __init__(self, pattern: str):
        self.pattern, self.at = pattern, 0

    def refuse(self, what: str) -> ValueError:
        return ValueError(f"Regular expression not supported: {what} in {self.pattern}")

    def take(self, count: int = 1) -> str:
        text = self.pattern[self.at : self.at + count]
        self.at += count
        return text

    def all(self) -> str:
        out = []
        while self.at < len(self.pattern):
            out.append(self.piece())
        return "".join(out)

    def piece(self) -> str:
        c = self.take()
        if c == "\\":
            return self.escape()
        if c == "[":
            return self.set()
        if c == ".":
            return f"[^{LINE}]"
        if c == "$":
            return ALONE["Z"]
        return self.group() if c == "(" else c

    def group(self) -> str:
        """What opens a group: named, with flags, or as in Python."""
        kind = self.pattern[self.at : self.at + 3]
        if kind.startswith("?<") and kind[2:] not in ("=", "!"):
            self.take(2)
            return "(?P<"
        if kind.startswith("?") and kind[1:2] not in (":", "=", "!", ">", "<"):
            return "(" + self.flags()
        return "("

    def flags(self) -> str:
        """(?i), (?i:…): flags that mean the same in both."""
        found = re.match(r"\?([a-zA-Z-]*)([:)])", self.pattern[self.at :])
        if not found or set(found[1]) - set("ix") or (found[2] == ")" and self.at > 1):
            raise self.refuse(self.pattern[self.at : self.at + 6])
        self.take(len(found[0]))
        return found[0]

    def escape(self) -> str:
        c = self.take()
        if c == "Q":
            return self.quoted()
        if c in ("p", "P"):
            return f"[{'^' if c == 'P' else ''}{self.property()}]"
        if c == "k":
            name = self.pattern[self.at + 1 : self.pattern.index(">", self.at)]
            self.take(len(name) + 2)
            return f"(?P={name})"
        if c in REFUSED:
            raise self.refuse(f"\\{c}")
        return ALONE.get(c) or self.plain_escape(c)

    def plain_escape(self, c: str) -> str:
        if c == "x" and self.pattern.startswith("{", self.at):
            code = self.pattern[self.at + 1 : self.pattern.index("}", self.at)]
            self.take(len(code) + 2)
            return re.escape(chr(int(code, 16)))
        if c == "c":
            return re.escape(chr(ord(self.take()) ^ 64))
        if c == "0":
            digits = re.match(r"[0-3]?[0-7]{1,2}", self.pattern[self.at :])
            if digits is None:
                raise self.refuse("\\0")
            self.take(len(digits[0]))
            return re.escape(chr(int(digits[0], 8)))
        return f"\\{c}"

    def quoted(self) -> str:
        end = self.pattern.find("\\E", self.at)
        end = len(self.pattern) if end < 0 else end
        text = self.pattern[self.at : end]
        self.at = end + 2
        return re.escape(text)

    def property(self) -> str:
        name = self.take()
        if name == "{":
            name = self.pattern[self.at : self.pattern.index("}", self.at)]
            self.take(len(name) + 1)
        if name not in CLASSES:
            raise self.refuse(f"\\p{{{name}}}")
        return CLASSES[name]

    def set(self) -> str:
        """A character class; unions are flattened, intersections refused."""
        out = ["["]
        if self.pattern.startswith("^", self.at):
            out.append(self.take())
        out.append(self.members())
        return "".join(out) + "]"

    def members(self) -> str:
        out: list[str] = []
        while True:
            c = self.take()
            if not c or self.pattern.startswith("&&", self.at - 1):
                raise self.refuse("an unfinished class" if not c else "&&")
            if c == "]" and out:
                return "".join(out)
            out.append(self.member(c))

    def member(self, c: str) -> str:
        if c == "[":
            if self.pattern.startswith("^", self.at):
                raise self.refuse("[…[^…]]")
            return self.members()
        if c != "\\":
            return re.escape(c) if c != "-" else c
        c = self.take()
        if c == "p":
            return self.property()
        if c == "Q":
            return self.quoted()
        if c in "PHVRXZzkbB":
            raise self.refuse(f"[\\{c}]")
        return IN_SET.get(c) or self.plain_escape(c)


def replacer(replacement: str, groups: int) -> Callable[[re.Match[str]], str]:
    """What a match becomes by a Java replacement: $1, ${name}, \\ before a literal."""
    parts: list[str | int | tuple[str]] = []
    at = 0
    while at < len(replacement):
        c = replacement[at]
        if c == "\\":
            if at + 1 == len(replacement):
                raise ValueError("character to be escaped is missing")
            parts.append(replacement[at + 1])
            at += 2
        elif c == "$":
            part, at = reference(replacement, at + 1, groups)
            parts.append(part)
        else:
            parts.append(c)
            at += 1
    return lambda m: "".join(p if isinstance(p, str) else m[p if isinstance(p, int) else p[0]] or "" for p in parts)


def reference(replacement: str, at: int, groups: int) -> tuple[int | tuple[str], int]:
    """The group after a $: as many digits as still name a group."""
    if replacement.startswith("{", at):
        end = replacement.index("}", at)
        return (replacement[at + 1 : end],), end + 1
    if at >= len(replacement) or not replacement[at].isdigit():
        raise ValueError("Illegal group reference")
    group = int(replacement[at])
    at += 1
    if group > groups:
        raise ValueError(f"No group {group}")
    while at < len(replacement) and replacement[at].isdigit() and group * 10 + int(replacement[at]) <= groups:
        group = group * 10 + int(replacement[at])
        at += 1
    return group, at


def java_split(pattern: re.Pattern[str], s: str) -> list[str]:
    """Pattern.split: no empty string for an empty match at the start, none at the end."""
    out, last = [], 0
    for m in pattern.finditer(s):
        if m.end() == 0:
            continue
        if m.start() == m.end() == len(s):
            continue
        out.append(s[last : m.start()])
        last = m.end()
    out.append(s[last:])
    if len(out) == 1:
        return [s]
    while out and not out[-1]:
        out.pop()
    return out
