"""The scripts of sql/ on rowtime's engine in this process."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from rowtime.engine.local import LocalEngine, drive
from rowtime.log.api import Record
from tests.rowtime.engine.workers.divided import Divided
from tests.sql.avro import FILES, decoder, encoder, schema
from tests.sql.cases import Message
from tests.sql.scripts import ROOT, scripts

PROPERTIES = {"auto.offset.reset": "earliest", "cache.max.bytes.buffering": "0"}


class Pipeline:
    """Topics, schemas and scripts as a deployer leaves them; with several workers the engine is several processes'."""

    def __init__(self, partitions: int = 1, step_records: int = 1000, workers: int = 1):
        self.engine = Divided(workers, step_records=step_records) if workers > 1 else LocalEngine(
            step_records=step_records)
        for topic in tomllib.loads((ROOT / "sql" / "topics.toml").read_text())["topics"]:
            self.engine.create_topic(topic, partitions, {"retention.ms": "-1"})
        for subject in tomllib.loads((ROOT / "schemas" / "subjects.toml").read_text())["subject"]:
            text = (ROOT / "schemas" / subject["file"]).read_text()
            self.engine.register(subject["subject"], json.dumps(json.loads(text)))
        for script in scripts():
            self.engine.execute(script.text, PROPERTIES)
        self.encode = {t: encoder(t, self.engine.register(f"{t}-value", json.dumps(schema(t)))) for t in FILES}
        self.decode = decoder(lambda number: drive(self.engine.schemas.by_id(number)))

    def send(self, messages: Iterable[Message]) -> None:
        """Into the topics in the order given; what goes to one topic is processed before the next gets any."""
        for topic, some in groupby(messages, key=lambda m: m.topic):
            self.engine.append(topic, [self.record(m) for m in some])
            self.engine.run()

    def record(self, message: Message) -> Record:
        key = None if message.key is None else message.key.encode()
        return Record(key, self.encode[message.topic](message.value), message.timestamp)

    def values(self, topic: str) -> list[dict[str, Any]]:
        """The decoded values of a topic, partition by partition, with key and timestamp as _KEY and _TIMESTAMP."""
        return [{"_KEY": (r.key or b"").decode("utf-8", "replace"), "_TIMESTAMP": r.timestamp, **self.decode(r.value)}
                for r in self.engine.records(topic) if r.value is not None]
