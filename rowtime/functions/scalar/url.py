"""Parts of URLs, as java.net.URI sees them, and their encoding."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, unquote_plus

from rowtime.functions.registry import scalar_function

URL = "URL"
SPLIT = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
SERVER = re.compile(r"(?:[^@]*@)?(\[[0-9a-fA-F:.%\w]+\]|[^:@\[\]]*)(?::(\d*))?")
HOST = re.compile(r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?\.)*[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.?")
ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|\[.+\]")
ILLEGAL = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]|%(?![0-9a-fA-F]{2})")
ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")


class Parts(NamedTuple):
    """A URI's parts, decoded; None where there is none."""

    scheme: str | None
    host: str | None
    port: int | None
    path: str | None
    query: str | None
    fragment: str | None


def parts_of(url: str) -> Parts:
    """The parts, or ValueError."""
    found = SPLIT.fullmatch(url)
    if found is None or ILLEGAL.search(url):
        raise ValueError(f"URL input has invalid syntax: {url}")
    scheme, authority, path, query, fragment = found.groups()
    if scheme is not None and not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9+.-]*", scheme):
        raise ValueError(f"URL input has invalid syntax: {url}")
    if scheme is not None and authority is None and not path.startswith("/"):
        if not path and query is None:
            raise ValueError(f"URL input has invalid syntax: {url}")
        return Parts(scheme, None, None, None, None, decoded(fragment))
    host, port = server(authority)
    return Parts(scheme, host, port, decoded(path), decoded(query), decoded(fragment))


def server(authority: str | None) -> tuple[str | None, int | None]:
    found = SERVER.fullmatch(authority or "")
    if not found or not found[1] or not (HOST.fullmatch(found[1]) or ADDRESS.fullmatch(found[1])):
        return None, None
    return found[1], int(found[2]) if found[2] else None


def decoded(text: str | None) -> str | None:
    """Escapes as UTF-8, what is not UTF-8 replaced."""
    if text is None:
        return None
    return ESCAPES.sub(lambda m: bytes.fromhex(m[0].replace("%", "")).decode("utf-8", "replace"), text)


def part(name: str, kind: str, about: str, pick: Callable[[Parts], object]) -> None:
    scalar_function(name, f"(STRING)->{kind}", category=URL, about=about)(lambda url: pick(parts_of(url)))


part("url_extract_protocol", "STRING", "The protocol of a URL.", lambda p: p.scheme)
part("url_extract_host", "STRING", "The host of a URL.", lambda p: p.host)
part("url_extract_port", "INT", "The port of a URL, NULL if it states none.", lambda p: p.port)
part("url_extract_path", "STRING", "The path of a URL.", lambda p: p.path)
part("url_extract_query", "STRING", "The query of a URL.", lambda p: p.query)
part("url_extract_fragment", "STRING", "The fragment of a URL.", lambda p: p.fragment)


@scalar_function("url_extract_parameter", "(STRING, STRING)->STRING", category=URL,
                 about="The value of a parameter in a URL's query, '' if it has none.")
def url_extract_parameter(url: str, parameter: str) -> str | None:
    query = parts_of(url).query
    for pair in [] if query is None else query.split("&"):
        key, _, value = pair.partition("=")
        if key == parameter:
            return value
    return None


@scalar_function("url_encode_param", "(STRING)->STRING", category=URL, about="A text as a URL's parameter.")
def url_encode_param(s: str) -> str:
    return quote(s, safe="-_.* ").replace("~", "%7E").replace(" ", "+")


@scalar_function("url_decode_param", "(STRING)->STRING", category=URL, about="A URL's parameter as a text.")
def url_decode_param(s: str) -> str:
    if re.search("%(?![0-9a-fA-F]{2})", s):
        raise ValueError(f"URLDecoder: Illegal hex characters in escape (%) pattern: {s}")
    return unquote_plus(s, errors="replace")
