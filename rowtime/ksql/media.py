"""Which content type a request gets."""

from __future__ import annotations

from collections.abc import Sequence

V1 = "application/vnd.ksql.v1+json"
DELIMITED = "application/vnd.ksqlapi.delimited.v1"
JSON = "application/json"
PROTOBUF = "application/vnd.ksql.v1+protobuf"


def negotiate(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offered type that an Accept header prefers, the first for none or */*; None when nothing fits."""
    if not accept or not accept.strip():
        return offers[0]
    for wanted in sorted(_ranges(accept), key=lambda r: -r[1]):
        for offer in offers:
            if _fits(wanted[0], offer):
                return offer
    return None


def _ranges(accept: str) -> list[tuple[str, float]]:
    ranges: list[tuple[str, float]] = []
    for part in accept.split(","):
        name, *parameters = (p.strip() for p in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 1.0
        if name and weight > 0:
            ranges.append((name.lower(), weight))
    return ranges


def _fits(wanted: str, offer: str) -> bool:
    return wanted in ("*/*", "*", offer) or (wanted.endswith("/*") and offer.startswith(wanted[:-1]))
