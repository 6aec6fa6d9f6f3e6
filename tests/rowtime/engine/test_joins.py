"""Joins of more than two sources."""

from __future__ import annotations

from rowtime.engine.local import LocalEngine


def three() -> LocalEngine:
    engine = LocalEngine(config={"auto.offset.reset": "earliest"})
    for name in ("a", "b", "c"):
        engine.execute(f"CREATE STREAM {name} (id INT KEY, v INT) "
                       f"WITH (KAFKA_TOPIC='{name}', VALUE_FORMAT='JSON', PARTITIONS=1);")  # fmt: skip
    return engine


def rows(engine: LocalEngine) -> list[tuple[bytes | None, bytes | None]]:
    for name, key in (("c", -7), ("b", -7), ("a", 7)):
        engine.execute(f"INSERT INTO {name} (ROWTIME, id, v) VALUES (10, {key}, {ord(name)});")
        engine.run()
    return [(r.key, r.value) for r in engine.records("J")]


def test_a_join_on_the_expression_of_an_earlier_join() -> None:
    engine = three()
    engine.execute("CREATE STREAM j AS SELECT a.id, a.v, b.v, c.v FROM a JOIN b WITHIN 1 HOUR ON a.id = ABS(b.id) "
                   "JOIN c WITHIN 1 HOUR ON ABS(b.id) = ABS(c.id);")  # fmt: skip
    assert rows(engine) == [(b"\0\0\0\7", b'{"A_V":97,"B_V":98,"C_V":99}')]


def test_both_joins_are_keyed_anew() -> None:
    engine = three()
    engine.execute("CREATE STREAM j AS SELECT b.v, ABS(a.id) AS i, c.v FROM a JOIN b WITHIN 1 HOUR ON ABS(a.id) = "
                   "ABS(b.id) JOIN c WITHIN 1 HOUR ON b.v = c.v - 1;")  # fmt: skip
    assert rows(engine) == [(b"\0\0\0\x62", b'{"I":7,"C_V":99}')]
