"""What is done to the system: each nemesis acts once, and returns how it is called and how often it struck."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from confluent_kafka import KafkaException, Producer

from campaigns.arena import Arena
from campaigns.fleet import Fleet
from campaigns.harness.cluster import Cluster
from campaigns.names import BROKER, CLEAN, KILL, STOP, TAKE_OVER, TAMPER, TEAR
from campaigns.proxy import CUT, CUT_ANSWER, DELAY, DROP, DROP_ANSWER, HOLD, LATE, Tampering

HIJACK_SECONDS = 15.0
TWIN_SECONDS = 4.0
TAMPER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What a nemesis may touch."""

    arena: Arena
    cluster: Cluster
    fleet: Fleet
    random: Random


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: its kind, how often it counts, how to call it, and when it was over or, for a kill, began."""

    kind: str
    count: int
    text: str
    at: float


def kill(scene: Scene) -> Deed:
    """kill -9 of one to three instances at once; they start again at once or a little later."""
    chosen = scene.random.sample(range(scene.fleet.count), scene.random.randint(1, min(3, scene.fleet.count)))
    began = time.monotonic()
    scene.fleet.kill(*chosen)
    if scene.random.random() < 0.3:
        time.sleep(scene.random.random() * 2)
    scene.fleet.up(*chosen)
    return Deed(KILL, len(chosen), f"kill -9 of {chosen}", began)


def stop(scene: Scene) -> Deed:
    """SIGSTOP of one or two instances past the session time-out, now and then past the transaction's too."""
    chosen = scene.random.sample(range(scene.fleet.count), scene.random.randint(1, 2))
    for number in chosen:
        scene.fleet.pause(number)
        time.sleep(scene.random.random() * 0.1)
    seconds = scene.cluster.session_timeout_ms / 1000 * scene.random.uniform(1.3, 2.5)
    time.sleep(seconds if scene.random.random() < 0.8 else 8.0)
    for number in chosen:
        scene.fleet.resume(number)
    return Deed(STOP, len(chosen), f"SIGSTOP of {chosen}", time.monotonic())


def broker(scene: Scene) -> Deed:
    """kill -9 of the broker and a start on the same data."""
    scene.arena.kill_broker()
    time.sleep(scene.random.random())
    scene.arena.start_broker()
    return Deed(BROKER, 1, "broker kill", time.monotonic())


def take_over(scene: Scene) -> Deed:
    """The transactional.id of a running instance is taken: by a producer, or by a second instance of the same name."""
    number = scene.random.randrange(scene.fleet.count)
    if scene.random.random() < 0.2:
        twin = scene.fleet.twin(number)
        time.sleep(scene.random.uniform(1, TWIN_SECONDS))
        twin.end()
        return Deed(TAKE_OVER, 1, f"second instance {number}", time.monotonic())
    taken = 0
    for _ in range(scene.random.randint(2, 4)):
        taken += _hijack(scene, scene.fleet.transactional_id(scene.random.randrange(scene.fleet.count)))
        time.sleep(scene.random.random() * 0.3)
    return Deed(TAKE_OVER, taken, f"{taken} take-overs", time.monotonic())


def _hijack(scene: Scene, transactional_id: str) -> int:
    producer = Producer({"bootstrap.servers": scene.cluster.bootstrap, "transactional.id": transactional_id,
                         "transaction.timeout.ms": 6_000, "log_level": 0})
    with contextlib.suppress(KafkaException):
        producer.init_transactions(HIJACK_SECONDS)
        return 1
    return 0


def tamper(scene: Scene) -> Deed:
    """A handful of EndTxn requests or answers are dropped, delayed or held back."""
    kinds = scene.random.choices((DROP, CUT, DROP_ANSWER, CUT_ANSWER, DELAY, HOLD), k=scene.random.randint(3, 7))
    done = _tamper(scene, [Tampering(kind, scene.random.uniform(0.05, 7.0)) for kind in kinds])
    return Deed(TAMPER, done, f"EndTxn {', '.join(kinds)}", time.monotonic())


def tear(scene: Scene) -> Deed:
    """EndTxn requests that arrive after their client has connected anew and sent them again, in the middle of its next
    transaction: on Kafka they would end that, if it had the same epoch."""
    done = _tamper(scene, [Tampering(LATE, scene.random.uniform(2.0, 7.0)) for _ in range(10)])
    return Deed(TEAR, done, f"{done} late EndTxn", time.monotonic())


def _tamper(scene: Scene, tamperings: list[Tampering]) -> int:
    """How many of them met an EndTxn."""
    proxy, before = scene.arena.proxy, scene.arena.proxy.done.total()
    proxy.tamper(*tamperings)
    deadline = time.monotonic() + TAMPER_SECONDS
    while proxy.waiting and time.monotonic() < deadline:
        time.sleep(0.05)
    proxy.clear()
    return proxy.done.total() - before


def clean_stop(scene: Scene) -> Deed:
    """SIGTERM of one instance; it starts again."""
    number = scene.random.randrange(scene.fleet.count)
    began = time.monotonic()
    scene.fleet.stop(number)
    scene.fleet.up(number)
    return Deed(CLEAN, 1, f"SIGTERM of {number}", began)


NEMESES: dict[str, Callable[[Scene], Deed]] = {
    KILL: kill, STOP: stop, BROKER: broker, TAKE_OVER: take_over, TAMPER: tamper, TEAR: tear, CLEAN: clean_stop}
