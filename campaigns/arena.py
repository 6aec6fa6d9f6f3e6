"""Where a campaign takes place: a broker behind a proxy, a registry, models, topics."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from campaigns.harness.cluster import ROOT, Cluster
from campaigns.harness.kafka_server import KafkaServer
from campaigns.harness.registry_stub import RegistryStub
from campaigns.names import ROWTIME
from campaigns.proxy import Proxy
from campaigns.rowtime_broker import RowtimeBroker

SCHEMAS = ("transaction_enriched.avsc", "fraud_flag.avsc", "dead_letter.avsc")
MODEL = ROOT / "tests" / "scoring" / "model_fixed.json"
PARTITIONS = 4
ANSWER_SECONDS = 180.0


class Arena:
    """Started when made; `close` ends everything. Clients reach the broker through the proxy at `bootstrap`."""

    def __init__(self, kind: str, folder: Path, session_timeout_ms: int) -> None:
        self.kind, self.session_timeout_ms = kind, session_timeout_ms
        self.proxy, self.registry = Proxy(), RegistryStub()
        make = RowtimeBroker if kind == ROWTIME else KafkaServer
        self.broker = make(folder / "broker", self.proxy.port)
        self.bootstrap = f"127.0.0.1:{self.proxy.port}"
        for number, file in enumerate(SCHEMAS, 1):
            self.registry.register(str(number), (ROOT / "schemas" / file).read_text())
        self.models = folder / "models"
        self.models.mkdir()
        self.start_broker()
        self._topics = itertools.count(1)
        self._versions = itertools.count(1)

    def start_broker(self) -> None:
        """Start it, for the first time or again; returns when it answers."""
        if self.kind == ROWTIME:
            self.broker.start()
        else:
            self.proxy.target = self.broker.port
            self.broker.start()
        self.proxy.target = self.broker.port
        self._wait()

    def kill_broker(self) -> None:
        self.broker.kill()

    def new_cluster(self) -> Cluster:
        """Topics nobody has used."""
        cluster = Cluster(self.bootstrap, f"c{next(self._topics)}", PARTITIONS, self.session_timeout_ms)
        for number, topic in enumerate((cluster.input, cluster.flags, cluster.dead), 1):
            self.registry.subjects[f"{topic}-value"] = number
        return cluster

    def new_model(self) -> Path:
        """The fixed model once more under a new version, with another base score."""
        number = next(self._versions)
        document = json.loads(MODEL.read_text())
        document["version"] = f"campaign-{number}"
        document["intercept"] = document["intercept"] + number / 100
        path = self.models / f"{number:05}.json"
        write_whole(path, json.dumps(document))
        return path

    def close(self) -> None:
        self.broker.stop()
        self.proxy.close()
        self.registry.close()

    def _wait(self) -> None:
        client, deadline = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0}), time.monotonic()
        while True:
            try:
                client.list_topics(timeout=1)
                return
            except KafkaException:
                if time.monotonic() - deadline > ANSWER_SECONDS:
                    raise


def write_whole(path: Path, text: str) -> None:
    """A file that appears complete."""
    hidden = path.with_suffix(".part")
    hidden.write_text(text)
    hidden.replace(path)
