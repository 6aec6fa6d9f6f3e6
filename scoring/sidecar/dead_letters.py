"""Dead letters: what could not be scored, as it came, with the reason."""

from __future__ import annotations

import hashlib

import numpy as np

from scoring.avro.encoder import Constant, RecordEncoder, Rows
from scoring.avro.schema import parse_record
from scoring.avro.wire import header
from scoring.sidecar.messages import Messages
from scoring.sidecar.records import Headers, Message, Output, Rejection

FIELDS = ("topic", "partition", "offset", "timestamp", "reason", "error", "key", "value", "failed_at")
# What a dead letter holds of the record: all of it, or all but what is masked, cut off or withheld.
SHOWN_HEADER = "dead_letter.shows"
ORIGINAL, MASKED, CUT, WITHHELD = "original", "masked", "cut", "withheld"
ERRORS_HEADERS = "__streams.errors."
MAX_KEY_BYTES = 10_000
MAX_HEADER_BYTES = 50_000


class DeadLetterEncoder:
    """Makes the dead-letter record of a message, at most about `max_bytes` long."""

    def __init__(self, topic: str, schema_id: int, schema: str, max_bytes: int) -> None:
        self._topic, self._max = topic, max_bytes
        self._encoder = RecordEncoder(parse_record(schema), header(schema_id))
        self._encoder.check(FIELDS)

    def encode(self, message: Message, rejection: Rejection, failed_at: int, value: bytes | None = None,
               withheld: bool = False) -> Output:
        """The record to write; failed_at in milliseconds. What is too long is cut, and the error says how much.

        value: what stands for the message's own value, masked; withheld: none may be shown.
        """
        key, error = message.key(), rejection.error
        shown = WITHHELD if withheld else ORIGINAL if value is None or value == message.value() else MASKED
        value = message.value() if value is None else value
        if withheld and value is not None:
            error = f"{error}; value of {len(value)} bytes withheld, it may hold sensitive fields"
            value = None
        headers = Messages([message]).headers()[0]
        if _size(headers) > min(MAX_HEADER_BYTES, self._max // 2):
            headers, error = headers[-1:], f"{error}; headers left out, they have {_size(headers)} bytes"
            shown = shown if shown != ORIGINAL else CUT
        uncut = error
        key, error = _cut("key", key, min(MAX_KEY_BYTES, self._max // 4), error)
        value, error = _cut("value", value, max(self._max - _size(headers) - len(key or b""), 0), error)
        shown = CUT if error != uncut and shown == ORIGINAL else shown
        payload = self._payload(message, rejection, (key, value, error), failed_at)
        return Output(self._topic, key, payload, failed_at,
                      [*headers, *_headers(message, rejection), (SHOWN_HEADER, shown.encode())])

    def _payload(
        self, message: Message, rejection: Rejection, content: tuple[bytes | None, bytes | None, str], failed_at: int
    ) -> bytes:
        key, value, error = content
        return self._encoder.encode({
            "topic": Constant(message.topic()),
            "partition": Constant(message.partition()),
            "offset": Constant(message.offset()),
            "timestamp": Rows(np.array([max(message.timestamp()[1], 0)])),
            "reason": Constant(rejection.reason),
            "error": Constant(error),
            "key": Constant(key),
            "value": Constant(value),
            "failed_at": Constant(failed_at),
        }, 1)[0]


def _cut(what: str, content: bytes | None, limit: int, error: str) -> tuple[bytes | None, str]:
    if content is None or len(content) <= limit:
        return content, error
    digest = hashlib.sha256(content).hexdigest()
    return content[:limit], f"{error}; {what} cut to {limit} of {len(content)} bytes, SHA-256 of the whole is {digest}"


def _size(headers: Headers) -> int:
    return sum(len(name) + len(value or b"") for name, value in headers)


def _headers(message: Message, rejection: Rejection) -> Headers:
    """The dead-letter headers of Kafka Streams (KIP-1034)."""
    named = {"exception": rejection.error_class, "message": rejection.error[:1_000], "topic": message.topic(),
             "partition": str(message.partition()), "offset": str(message.offset())}
    return [(f"{ERRORS_HEADERS}{name}", text.encode()) for name, text in named.items()]
