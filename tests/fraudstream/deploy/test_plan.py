"""Folders read into a plan, and what is wrong with them said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.deploy.plan import PlanError, plan
from fraudstream.deploy.script import ScriptError, split
from fraudstream.deploy.target import Target, replacing, target


def test_the_shipped_folders(root: Path) -> None:
    found = plan(root / "schemas", root / "sql", root / "config" / "ksql.toml")
    assert {"transactions", "fraud_labels", "fraud_flags", "fraud_dead_letters"} <= {t.name for t in found.topics}
    assert all(t.config["retention.ms"] == "-1" for t in found.topics)
    assert "transactions-value" in [s.name for s in found.subjects]
    assert Target("stream", "TRANSACTIONS_ENRICHED") in [t for _, t in found.statements]
    assert found.properties["cache.max.bytes.buffering"] == "0"


def test_partitions_can_be_overridden(root: Path) -> None:
    found = plan(root / "schemas", root / "sql", root / "config" / "ksql.toml", partitions=7)
    compacted = {topic.name: topic.partitions for topic in found.topics if topic.config["cleanup.policy"] == "compact"}
    assert compacted == {"fraud_models": 1, "fraud_dead_letters_replayed": 1}
    assert {topic.partitions for topic in found.topics if topic.name not in compacted} == {7}


def test_copies_are_the_cluster_s_choice_unless_said(root: Path) -> None:
    folders = root / "schemas", root / "sql", root / "config" / "ksql.toml"
    assert {topic.replication for topic in plan(*folders).topics} == {-1}
    assert {topic.replication for topic in plan(*folders, replication=3).topics} == {3}


def test_windowed_topics_are_kept_as_long_as_the_others(root: Path) -> None:
    assert plan(root / "schemas", root / "sql", root / "config" / "ksql.toml").windowed == {"retention.ms": "-1"}


@pytest.mark.parametrize(("sql", "expected"), [
    ("CREATE STREAM a (x INT);", Target("stream", "A")),
    ("create or  replace\ntable `a``B` AS SELECT 1;", Target("table", "a`B")),
    ("CREATE SOURCE TABLE IF NOT EXISTS t_1 (x INT);", Target("table", "T_1")),
    ("INSERT INTO s\nSELECT * FROM a;", Target("insert", "S")),
    ("SET 'auto.offset.reset' = 'earliest';", Target("set", "auto.offset.reset", "earliest")),
])
def test_what_a_statement_makes(sql: str, expected: Target) -> None:
    assert target(split(sql)[0]) == expected


@pytest.mark.parametrize("sql", ["DROP STREAM a;", "SELECT 1;", "INSERT INTO a VALUES (1);", "TERMINATE ALL;"])
def test_what_is_not_safe_to_repeat_is_refused(sql: str) -> None:
    with pytest.raises(ScriptError, match="deploy does not run"):
        target(split(sql)[0])


def test_replacing() -> None:
    assert replacing(split("CREATE  STREAM a AS SELECT 1;")[0]) == "CREATE OR REPLACE STREAM a AS SELECT 1;"
    assert replacing(split("create or replace TABLE a;")[0]) == "CREATE OR REPLACE TABLE a;"


def folders(at: Path) -> tuple[Path, Path, Path]:
    (at / "schemas").mkdir()
    (at / "sql").mkdir()
    (at / "schemas/subjects.toml").write_text('[[subject]]\nfile="a.avsc"\nsubject="a-value"\ncompatibility="NONE"\n')
    (at / "schemas/a.avsc").write_text('{"type": "string"}')
    (at / "sql/topics.toml").write_text("[defaults]\npartitions = 2\n[topics]\na = ''\n")
    (at / "sql/010_a.sql").write_text("CREATE STREAM a (x INT);")
    (at / "ksql.toml").write_text("[properties]\nx = 1\n")
    return at / "schemas", at / "sql", at / "ksql.toml"


def test_a_small_plan(tmp_path: Path) -> None:
    found = plan(*folders(tmp_path))
    assert [(t.name, t.partitions, t.config) for t in found.topics] == [("a", 2, {})]
    assert found.properties == {"x": "1"}


@pytest.mark.parametrize(("file", "content", "message"), [
    ("sql/010_a.sql", None, "no scripts named NNN_name.sql"),
    ("schemas/a.avsc", None, "no such file, but subjects.toml names it"),
    ("schemas/a.avsc", "{", "not JSON"),
    ("schemas/subjects.toml", None, "subjects.toml: no such file"),
    ("schemas/subjects.toml", "[[subject]]\nfile='a'", r"lacks compatibility, subject"),
    ("sql/topics.toml", "[defaults]\npartitions='x'\n", "whole numbers"),
    ("sql/topics.toml", "[topics.a]\npartitions='x'\n", "topic a: partitions"),
    ("ksql.toml", "= 1", "not TOML"),
    ("ksql.toml", "", r"no table \[properties\]"),
])
def test_wrong_folders(tmp_path: Path, file: str, content: str | None, message: str) -> None:
    places = folders(tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_text(content)
    with pytest.raises(PlanError, match=message):
        plan(*places)
