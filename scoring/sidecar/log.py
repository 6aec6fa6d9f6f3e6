"""Log lines: one JSON object, or one readable line, an event."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any, TextIO

NAME = "scoring.sidecar"
LIBRARY = "scoring.librdkafka"
_OWN = "fields"


class JsonFormatter(logging.Formatter):
    """{"time": …, "level": …, "event": …, fields…}"""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"
        content = {"time": stamp, "level": record.levelname.lower(), "event": record.getMessage()}
        content |= getattr(record, _OWN, {})
        if record.exc_info:
            content["traceback"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """12:00:00 level event key=value …"""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%H:%M:%S", time.localtime(record.created))
        shown = " ".join(f"{key}={value}" for key, value in getattr(record, _OWN, {}).items())
        line = f"{stamp} {record.levelname.lower():7} {record.getMessage()} {shown}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(log_format: str, stream: TextIO | None = None) -> logging.Logger:
    """The sidecar's logger, writing to stderr unless told otherwise."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    for name, level in ((NAME, logging.INFO), (LIBRARY, logging.ERROR)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    return logging.getLogger(NAME)


def event(name: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log one event with its fields."""
    logging.getLogger(NAME).log(level, name, extra={_OWN: fields})
