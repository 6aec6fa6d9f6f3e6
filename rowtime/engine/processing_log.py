"""Records and expressions that failed, as ksqlDB's processing log tells them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from rowtime.engine.task import Problem
from rowtime.log.api import Output
from rowtime.log.columns import Columns, Record


def topic_name(config: Mapping[str, object]) -> str:
    """ksqlDB's default: the service id, then ksql_processing_log."""
    given = config.get("ksql.logging.processing.topic.name")
    return str(given) if given else f"{config.get('ksql.service.id', 'default_')}ksql_processing_log"


def problem_outputs(problems: Iterable[Problem], topics: Mapping[str, Any], config: Mapping[str, object]) \
        -> list[Output]:
    """One record a problem; none where the topic does not exist."""
    topic = topic_name(config)
    if topic not in topics:
        return []
    now = int(time.time() * 1000)
    return [Output(topic, Columns.of([Record(None, json.dumps(_message(p, now)).encode(), now) for p in problems]))]


def _message(problem: Problem, now: int) -> dict[str, Any]:
    query, _, _ = problem.task.partition("/")
    place = {"topic": problem.topic, "partition": problem.partition, "offset": problem.offset}
    if problem.deserialisation:
        detail: dict[str, Any] = {"type": 0, "deserializationError": {
            "target": "value", "errorMessage": problem.message, "recordB64": None, "cause": [], **place}}
    else:
        detail = {"type": 1, "recordProcessingError": {"errorMessage": problem.message, "record": None, "cause": [],
                                                       **place}}
    return {"level": "ERROR", "logger": f"processing.{query}", "time": now, "message": detail}
