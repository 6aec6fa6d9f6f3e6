"""The same flag for one record, written by hand: decode, dot product, top three reasons, encode. Standard library only.

What a careful engineer writes without a batch library: the field order is known, a struct for doubles, a loop for
varints, bytes put together in one join.
"""

from __future__ import annotations

import hashlib
import math
import struct
from operator import itemgetter
from typing import Any

_DOUBLE = struct.Struct("<d")
_SCORES = struct.Struct("<ddBd")
_largest = itemgetter(1)


def varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, next byte) of a zigzag varint."""
    result = shift = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (result >> 1) ^ -(result & 1), at
        shift += 7


def encode_long(value: int) -> bytes:
    rest = (value << 1) ^ (value >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append((rest & 0x7F) | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def text(value: str) -> bytes:
    data = value.encode()
    return encode_long(len(data)) + data


class Flagger:
    """Flags of a model over a schema whose fields are all nullable strings, longs, ints or doubles."""

    def __init__(self, model: dict[str, Any], model_hash: str, schema: dict[str, Any], flag_schema_id: int) -> None:
        kinds = [(f["name"], f["type"][1]) for f in schema["fields"]]
        self._fields = [(name, kind["type"] if isinstance(kind, dict) else kind) for name, kind in kinds]
        self._terms = [(f["column"], f["terms"][0]["coefficient"], f["terms"][0]["mean"], f["terms"][0]["scale"],
                        f["fill"]) for f in model["features"]]
        self._names = [(text(f["column"]), text(f["phrase"])) for f in model["features"]]
        self._intercept, self._threshold = model["intercept"], model["threshold"]["value"]
        self._pack = struct.Struct(f"<{len(self._terms)}d")
        self._head = b"\0" + flag_schema_id.to_bytes(4, "big")
        self._versions = text(model["version"]) + text(model_hash)

    def flag(self, value: bytes, now: int) -> tuple[bytes, int]:
        """(the flag's bytes, event time)."""
        row = self.decode(value)
        inputs = [row[name] for name, *_ in self._terms]
        shares = self._shares(inputs)
        logit = self._intercept + sum(shares)
        return self._encode(row, inputs, shares, logit, 1.0 / (1.0 + math.exp(-logit)), now), row["EVENT_TIME"]

    def encode(self, row: dict[str, Any], inputs: list[Any], logit: float, score: float, now: int) -> bytes:
        """The flag of a score that something else computed."""
        return self._encode(row, inputs, self._shares(inputs), logit, score, now)

    def _shares(self, inputs: list[Any]) -> list[float]:
        return [coefficient * (((fill if x is None else x) - mean) / scale)
                for x, (_, coefficient, mean, scale, fill) in zip(inputs, self._terms, strict=True)]

    def decode(self, data: bytes) -> dict[str, Any]:
        row: dict[str, Any] = {}
        at = 5
        for name, kind in self._fields:
            branch = data[at]
            at += 1
            if branch == 0:
                row[name] = None
            elif kind == "double":
                row[name] = _DOUBLE.unpack_from(data, at)[0]
                at += 8
            elif kind == "string":
                size, at = varint(data, at)
                row[name] = data[at:at + size]
                at += size
            else:
                row[name], at = varint(data, at)
        return row

    def _encode(
        self, row: dict[str, Any], inputs: list[Any], shares: list[float], logit: float, score: float, now: int
    ) -> bytes:
        top = sorted(enumerate(shares), key=_largest, reverse=True)[:3]
        reasons = [(place, share) for place, share in top if share > 0.0]
        amount, account = row["AMOUNT"], row["ACCOUNT_ID"]
        parts = [self._head, encode_long(row["EVENT_TIME"]), encode_long(len(account)), account]
        parts += [b"\0"] if amount is None else [b"\2", _DOUBLE.pack(amount)]
        parts.append(_SCORES.pack(score, logit, score > self._threshold, self._threshold))
        parts.append(encode_long(len(reasons)) if reasons else b"")
        for place, share in reasons:
            name, phrase = self._names[place]
            value = inputs[place]
            parts += [name, b"\0" if value is None else b"\2" + _DOUBLE.pack(value), _DOUBLE.pack(share), phrase]
        digest = hashlib.sha256(self._pack.pack(*[math.nan if x is None else x for x in inputs])).hexdigest()
        parts += [b"\0", self._versions, text(digest), encode_long(now)]
        return b"".join(parts)
