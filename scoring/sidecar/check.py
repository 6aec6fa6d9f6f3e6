"""Everything that would keep the sidecar from working, told at once: settings, model, registry, broker, port."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from scoring.errors import ConfigError, NoModel, RegistryError, ScoringError, StopError
from scoring.model.check import check_against
from scoring.model.model import Model
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.http import HealthServer
from scoring.sidecar.kafka import admin_settings
from scoring.sidecar.log import LIBRARY
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.models import model_source
from scoring.sidecar.registry import SchemaRegistry

TIMEOUT = 5.0
Probe = Callable[[SidecarConfig, SchemaRegistry], object]


def check(config: SidecarConfig, wrong: Collection[str] = ()) -> list[str]:
    """Problems, one line each; empty where all is well. wrong: settings that are known to be wrong; what depends on
    them is not tried."""
    registry = SchemaRegistry(config.schema_registry_url, config.schema_registry_auth, TIMEOUT,
                              config.schema_registry_ca)
    problems: list[str] = []
    for needed, probe in PROBES:
        if not set(needed) & set(wrong):
            problems += _problems(probe, config, registry)
    return list(dict.fromkeys(problems))


def _problems(probe: Probe, config: SidecarConfig, registry: SchemaRegistry) -> list[str]:
    try:
        probe(config, registry)
    except ConfigError as error:
        return error.problems
    except (ScoringError, KafkaException) as error:
        return [str(error)]
    return []


def _check_model(config: SidecarConfig, registry: SchemaRegistry) -> None:
    """The champion wanted, and each challenger, against the input stream's newest schema where there is one."""
    source = model_source(config)
    problems: list[str] = []
    try:
        wanted = source.look()
        for found in (*wanted.champions[:1], *wanted.challengers):
            problems += _problems(lambda c, r, found=found: _fits(found.load(), c, r), config, registry)  # type: ignore
    except NoModel as error:
        problems.append(str(error))
    finally:
        source.close()
    if problems:
        raise ConfigError(problems)


def _fits(model: Model, config: SidecarConfig, registry: SchemaRegistry) -> None:
    try:
        stream = registry.latest(f"{config.input_topic}-value")[1]
    except RegistryError:
        return
    check_against(model, stream)


def _check_subjects(config: SidecarConfig, registry: SchemaRegistry) -> None:
    problems: list[str] = []
    for topic in (config.input_topic, config.flag_topic, config.dead_letter_topic):
        problems += _problems(lambda c, r, topic=topic: r.latest(f"{topic}-value"), config, registry)  # type: ignore
    if problems:
        raise ConfigError(problems)


def _check_topics(config: SidecarConfig, registry: SchemaRegistry) -> None:
    said: list[Any] = []
    try:
        settings: Any = {**admin_settings(config, logging.getLogger(LIBRARY)), "error_cb": said.append}
        client = AdminClient(settings)
    except KafkaException as error:
        raise StopError(f"kafka: {error.args[0].str()}") from error
    begin = time.monotonic()
    try:
        topics = client.list_topics(timeout=TIMEOUT).topics
    except KafkaException as error:
        client.poll(0)
        reason = next((found.str() for found in said if found.name() in ("_AUTHENTICATION", "_SSL")),
                      error.args[0].str())
        raise StopError(f"no Kafka broker answers at {config.bootstrap_servers} within "
                        f"{time.monotonic() - begin:.0f} s ({reason})") from error
    wanted = [config.input_topic, config.flag_topic, config.dead_letter_topic, config.model_topic]
    absent = [name for name in wanted if name and name not in topics]
    if absent:
        raise StopError(f"broker {config.bootstrap_servers} has no topic {', '.join(absent)}")


def _check_port(config: SidecarConfig, registry: SchemaRegistry) -> None:
    if config.http:
        HealthServer(config.http, Metrics()).close()


REGISTRY = ("schema_registry_url", "schema_registry_auth", "schema_registry_ca")
PROBES: tuple[tuple[tuple[str, ...], Probe], ...] = (
    (("model", "model_topic", "bootstrap_servers", "kafka", *REGISTRY), _check_model),
    (REGISTRY, _check_subjects),
    (("bootstrap_servers", "kafka"), _check_topics),
    (("http",), _check_port),
)
