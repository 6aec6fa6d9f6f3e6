"""The topic of models: read to its end, changed by one transaction a change.

All who change it share a transactional.id, so that of two at the same time the later one wins and the other is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import NewTopic

from fraudstream.addresses import Addresses
from fraudstream.errors import UserError
from fraudstream.kafka import admin, producer
from fraudstream.registry import SchemaRegistry
from fraudstream.topics import Topics
from scoring.errors import ModelError
from scoring.model.check import check_against
from scoring.model.model import Model
from scoring.model.record import (
    CHALLENGER,
    CHAMPION,
    MODEL,
    TRAIL,
    ModelRecord,
    Promotion,
    Trail,
    decode_record,
    decode_trail,
    encode_record,
    encode_trail,
)

TOPIC = "fraud_models"
INPUT = "transactions_enriched"
TIMEOUT = 30.0
MAX_BYTES = 900_000


@dataclass(frozen=True)
class State:
    """What the topic says. models: by version, as published. champion: None where there is none yet."""

    models: dict[str, ModelRecord] = field(default_factory=dict)
    champion: ModelRecord | None = None
    challengers: dict[str, ModelRecord] = field(default_factory=dict)
    trail: Trail = Trail()
    damaged: tuple[str, ...] = ()

    def role(self, version: str) -> str:
        """champion, challenger or nothing."""
        if self.champion and self.champion.promotion.version == version:
            return "champion"
        return "challenger" if version in self.challengers else ""

    def model(self, version: str) -> Model:
        record = self.models.get(version)
        if record is None or record.model is None:
            known = ", ".join(self.models) or "none"
            raise UserError(f"model {version} is not in the topic; published are: {known}")
        return record.model


Change = Callable[[State], tuple[Promotion, dict[str, bytes]]]


class ModelStore:
    """Reads and changes the topic. who: recorded with each change. Everything raises UserError with one line.

    A change is committed when its call returns; Kafka may show it to readers some milliseconds later, and to the next
    change always.
    """

    def __init__(self, addresses: Addresses, who: str = "", topic: str = TOPIC, input_topic: str = INPUT,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self.addresses, self.topic, self.who, self.input, self.now = addresses, topic, who, input_topic, now

    def state(self) -> State:
        """Empty where the topic is not there."""
        reader = Topics(self.addresses, TIMEOUT)
        try:
            there = self.topic in reader.consumer.list_topics(timeout=TIMEOUT).topics
            return read_state(list(reader.read(self.topic)) if there else [])
        finally:
            reader.close()

    def publish(self, model: Model, why: str = "") -> Promotion:
        """Put a model there, without a role. The same again changes nothing; another one of its version is refused."""
        def change(state: State) -> tuple[Promotion, dict[str, bytes]]:
            known = state.models.get(model.version)
            if known and known.promotion.hash != model.hash:
                raise UserError(f"version {model.version} is published with another content (hash "
                                f"{known.promotion.hash[:12]}, not {model.hash[:12]}): give the model a new version")
            if known:
                return known.promotion, {}
            promotion = self._promotion("publish", model, why)
            return promotion, {MODEL + model.version: encode_record(ModelRecord(model, promotion))}
        self._fitting(model)
        return self._change(change)

    def promote(self, version: str, why: str = "") -> Promotion:
        """Make a published version the champion; where it was a challenger it is one no longer."""
        def change(state: State) -> tuple[Promotion, dict[str, bytes]]:
            model = self._fitting(state.model(version))
            if state.role(version) == "champion":
                raise UserError(f"model {version} is the champion already")
            promotion = self._promotion("promote", model, why, _champion(state))
            records = {CHAMPION: encode_record(ModelRecord(model, promotion))}
            if version in state.challengers:
                records[CHALLENGER + version] = encode_record(ModelRecord(None, promotion))
            return promotion, records
        return self._change(change)

    def challenge(self, version: str, why: str = "") -> Promotion:
        """Let a published version score in the shadow."""
        def change(state: State) -> tuple[Promotion, dict[str, bytes]]:
            model = self._fitting(state.model(version))
            if state.role(version):
                raise UserError(f"model {version} is {state.role(version)} already")
            promotion = self._promotion("challenge", model, why)
            return promotion, {CHALLENGER + version: encode_record(ModelRecord(model, promotion))}
        return self._change(change)

    def withdraw(self, version: str, why: str = "") -> Promotion:
        """A challenger stops scoring."""
        def change(state: State) -> tuple[Promotion, dict[str, bytes]]:
            if version not in state.challengers:
                there = ", ".join(state.challengers) or "none"
                raise UserError(f"model {version} is no challenger; these are: {there}")
            promotion = self._promotion("withdraw", state.model(version), why)
            return promotion, {CHALLENGER + version: encode_record(ModelRecord(None, promotion))}
        return self._change(change)

    def rollback(self, why: str = "") -> Promotion:
        """Back to the champion before this one."""
        def change(state: State) -> tuple[Promotion, dict[str, bytes]]:
            champions = state.trail.champions()
            if len(champions) < 2:
                raise UserError("there is no champion before this one to go back to")
            model = state.model(champions[-2])
            promotion = self._promotion("rollback", model, why, champions[-1])
            return promotion, {CHAMPION: encode_record(ModelRecord(model, promotion))}
        return self._change(change)

    def _promotion(self, action: str, model: Model, why: str, replaces: str = "") -> Promotion:
        when = self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return Promotion(action, model.version, model.hash, self.who or "unknown", when, why, replaces)

    def _fitting(self, model: Model) -> Model:
        """The model; UserError where the stream lacks what it needs."""
        found = SchemaRegistry(self.addresses.registry).latest(f"{self.input}-value")
        if found is None:
            raise UserError(f"the registry has no schema of {self.input} to check the model against; has `fraudstream "
                            "deploy` been run?")
        try:
            check_against(model, found["schema"])
        except ModelError as error:
            raise UserError(str(error)) from None
        return model

    def _change(self, change: Change) -> Promotion:
        """One change: nobody else's open one survives from here on, so what is read next is what is changed."""
        self._ensure_topic()
        try:
            client = producer(self.addresses.kafka, {"transactional.id": f"fraudstream-{self.topic}", "linger.ms": 0,
                                                     "transaction.timeout.ms": 10_000})
            client.init_transactions(TIMEOUT)
            state = self.state()
            promotion, records = change(state)
            if records:
                records[TRAIL] = encode_trail(Trail((*state.trail.promotions, promotion)))
                self._write(client, records)
            return promotion
        except KafkaException as error:
            raise UserError(f"topic {self.topic}: {error.args[0].str()}; nothing was changed") from None

    def _write(self, client: Any, records: dict[str, bytes]) -> None:
        for key, value in records.items():
            if len(value) > MAX_BYTES:
                raise UserError(f"record {key} has {len(value)} bytes, more than {MAX_BYTES}: the model is too large")
        client.begin_transaction()
        for key, value in records.items():
            client.produce(self.topic, value, key, partition=0)
        client.commit_transaction(TIMEOUT)

    def _ensure_topic(self) -> None:
        client = admin(self.addresses.kafka)
        try:
            if self.topic not in client.list_topics(timeout=TIMEOUT).topics:
                new = NewTopic(self.topic, 1, config={"cleanup.policy": "compact"})
                client.create_topics([new])[self.topic].result(TIMEOUT)
        except KafkaException as error:
            raise UserError(f"topic {self.topic}: {error.args[0].str()}") from None


def read_state(records: list[tuple[bytes | None, bytes | None]]) -> State:
    """The state that a topic's records, in order, add up to. Records that cannot be read are named in `damaged`."""
    last = {(key or b"").decode(errors="replace"): value for key, value in records}
    found: dict[str, ModelRecord] = {}
    damaged, trail = [], Trail()
    for key, value in last.items():
        try:
            if value is not None and key == TRAIL:
                trail = decode_trail(value)
            elif value is not None:
                found[key] = decode_record(key, value)
        except ModelError as error:
            damaged.append(str(error))
    challengers = {key.removeprefix(CHALLENGER): record for key, record in found.items()
                   if key.startswith(CHALLENGER) and record.model}
    models = {key.removeprefix(MODEL): record for key, record in found.items() if key.startswith(MODEL)}
    return State(models, found.get(CHAMPION), challengers, trail, tuple(damaged))


def _champion(state: State) -> str:
    return state.champion.promotion.version if state.champion else ""
