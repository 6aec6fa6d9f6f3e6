"""Records of the topic of models: a model's JSON document with who put it there, when and why.

Keys: model:VERSION, role:champion, role:challenger:VERSION, and trail (every promotion so far). Values are JSON, never
a pickle: reading one runs no code. Whoever may write the topic decides what is flagged.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from scoring.errors import ModelError
from scoring.model.load import parse_model
from scoring.model.model import Model
from scoring.model.node import Node

FORMAT = "fraudstream-model-record"
FORMAT_VERSION = 1
CHAMPION = "role:champion"
CHALLENGER = "role:challenger:"
MODEL = "model:"
TRAIL = "trail"
ACTIONS = ("publish", "promote", "challenge", "withdraw", "rollback")


@dataclass(frozen=True)
class Promotion:
    """One change: who did what, when (ISO 8601, UTC) and why. replaces: the version that had the role before."""

    action: str
    version: str
    hash: str
    who: str
    when: str
    why: str = ""
    replaces: str = ""

    @staticmethod
    def read(node: Node) -> Promotion:
        texts = {name: str(node.child(name).value or "") for name in ("why", "replaces") if node.has(name)}
        return Promotion(node.child("action").one_of(ACTIONS), node.child("version").text(), node.child("hash").text(),
                         node.child("who").text(), node.child("when").text(), **texts)


@dataclass(frozen=True)
class ModelRecord:
    """model: None where it was withdrawn."""

    model: Model | None
    promotion: Promotion


@dataclass(frozen=True)
class Trail:
    """Every promotion, the first first."""

    promotions: tuple[Promotion, ...] = field(default=())

    def champions(self) -> list[str]:
        """The versions that were champion, a rollback taking the last one away; the present one is the last."""
        stack: list[str] = []
        for promotion in self.promotions:
            if promotion.action == "promote":
                stack.append(promotion.version)
            elif promotion.action == "rollback" and stack:
                stack.pop()
        return stack


def encode_record(record: ModelRecord) -> bytes:
    """The value of a record."""
    return _encode({"model": record.model.to_json() if record.model else None, "hash": record.promotion.hash,
                    "promotion": asdict(record.promotion)})


def encode_trail(trail: Trail) -> bytes:
    return _encode({"promotions": [asdict(promotion) for promotion in trail.promotions]})


def decode_record(key: str, value: bytes) -> ModelRecord:
    """Raises ModelError, one line, where the value is no such record or its model is not the one the hash names."""
    root = _root(key, value)
    promotion = Promotion.read(root.child("promotion"))
    if root.child("model").value is None:
        return ModelRecord(None, promotion)
    model = parse_model(json.dumps(root.child("model").value).encode(), f"record {key}")
    if model.hash != root.child("hash").text() or model.hash != promotion.hash:
        raise root.child("hash").fail(f"does not fit the model, whose hash is {model.hash}")
    if model.version != promotion.version:
        raise root.child("promotion").fail(f"is of version {promotion.version}, the model is {model.version}")
    return ModelRecord(model, promotion)


def decode_trail(value: bytes) -> Trail:
    return Trail(tuple(Promotion.read(item) for item in _root(TRAIL, value).child("promotions").items()))


def _encode(content: dict[str, Any]) -> bytes:
    document = {"format": FORMAT, "format_version": FORMAT_VERSION, **content}
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _root(key: str, value: bytes) -> Node:
    try:
        root = Node(json.loads(value), f"record {key}")
    except (ValueError, RecursionError) as error:
        raise ModelError(f"record {key}: not a JSON document ({error})") from error
    if root.child("format").value != FORMAT or root.child("format_version").value != FORMAT_VERSION:
        raise root.child("format").fail(f"expected {FORMAT} {FORMAT_VERSION}")
    return root
