"""Asking about a topic while the broker is slow."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from scoring.sidecar import topic
from scoring.sidecar.config import SidecarConfig


class SilentClient:
    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def describe_topics(self, topics: Any, **options: Any) -> dict[str, Future[Any]]:
        return {"enriched": Future()}


def test_a_broker_that_does_not_answer_in_time_gives_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "AdminClient", SilentClient)
    monkeypatch.setattr(topic, "TIMEOUT", 0.01)
    assert topic.topic_id(SidecarConfig(model="m"), "enriched") == ""
