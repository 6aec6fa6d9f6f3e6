"""Which overload a call means, and what ksqlDB says when there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rowtime.errors import KsqlError
from rowtime.functions import INTERVAL_UNIT, aggregate, describe, lambda_parameters, names, scalar, table_function
from rowtime.functions.api import ArgumentType, LambdaType
from rowtime.functions.parameters import signature
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Array,
    Decimal,
    Field,
    Map,
    SqlType,
    Struct,
)


def test_all_of_ksqldbs_functions_are_there(shared: Path) -> None:
    known = {f["name"] for f in json.loads((shared / "conformance" / "functions.json").read_text())}
    assert {f.name.upper() for f in names()} == known
    assert all(f.about for f in names())


def test_kinds_and_categories_are_a_real_ksqldbs(shared: Path) -> None:
    steps = json.loads((shared / "golden" / "admin" / "recording.json").read_text())
    body = next(s["result"]["body"] for s in steps if s["step"].get("ksql") == "SHOW FUNCTIONS;")
    listed = {f["name"]: (f["type"], f["category"]) for f in json.loads(body)[0]["functions"]}
    assert {f.name.upper(): (f.kind, f.category) for f in names()} == listed


@pytest.mark.parametrize(("name", "types", "message"), [
    ("GREATEST", [INTEGER, BIGINT], "cannot be resolved due to ambiguous method parameters (INTEGER, BIGINT)."),
    ("GREATEST", [None] * 4, "ambiguous method parameters (null, null, null, null)."),
    ("GREATEST", [INTEGER, BIGINT, Decimal(50, 30)], "ambiguous method parameters (INTEGER, BIGINT, DECIMAL(50, 30))."),
    ("GREATEST", [], "Function 'greatest' does not accept parameters ()."),
    ("LEAST", [STRING, INTEGER], "Function 'least' does not accept parameters (STRING, INTEGER)."),
    ("DATEADD", [DATE, INTEGER, DATE], "Function 'dateadd' does not accept parameters (DATE, INTEGER, DATE)."),
    ("COALESCE", [INTEGER, STRING], "does not accept parameters (INTEGER, STRING)."),
    ("ARRAY_CONTAINS", [Array(INTEGER), STRING], "does not accept parameters (ARRAY<INTEGER>, STRING)."),
    ("WONT_FIND_ME", [STRING], "Can't find any functions with the name 'WONT_FIND_ME'"),
])
def test_refusals(name: str, types: list[ArgumentType], message: str) -> None:
    with pytest.raises(KsqlError) as e:
        scalar(name, types)
    assert message in str(e.value)


@pytest.mark.parametrize(("name", "types", "cast", "returns"), [
    ("ABS", [INTEGER], (INTEGER,), INTEGER), ("LN", [Decimal(4, 2)], (DOUBLE,), DOUBLE),
    ("SQRT", [BIGINT], (BIGINT,), DOUBLE), ("ROUND", [Decimal(6, 2)], (Decimal(6, 2),), Decimal(4, 0)),
    ("GREATEST", [Decimal(4, 2), Decimal(5, 1)], (Decimal(4, 2), Decimal(5, 1)), Decimal(6, 2)),
    ("COALESCE", [None, BIGINT], (BIGINT, BIGINT), BIGINT), ("CONCAT", [STRING] * 3, (STRING,) * 3, STRING),
    ("GEO_DISTANCE", [INTEGER, BIGINT, DOUBLE, DOUBLE], (DOUBLE,) * 4, DOUBLE),
    ("UNIX_TIMESTAMP", [STRING], (TIMESTAMP,), BIGINT),
    ("TIMESTAMPADD", [INTERVAL_UNIT, INTEGER, TIMESTAMP], (INTERVAL_UNIT, INTEGER, TIMESTAMP), TIMESTAMP),
    ("MAP_VALUES", [Map(STRING, DOUBLE)], (Map(STRING, DOUBLE),), Array(DOUBLE)),
    ("ENTRIES", [Map(STRING, DOUBLE), BOOLEAN], (Map(STRING, DOUBLE), BOOLEAN),
     Array(Struct((Field("K", STRING), Field("V", DOUBLE))))),
])
def test_results_and_casts(name: str, types: list[ArgumentType], cast: tuple[SqlType, ...], returns: SqlType) -> None:
    call = scalar(name, types)
    assert (call.argument_types, call.returns) == (cast, returns)


def test_lambdas_are_typed_in_two_looks() -> None:
    assert lambda_parameters("FILTER", [Array(BIGINT), LambdaType((None,))]) == [None, (BIGINT,)]
    assert scalar("FILTER", [Array(BIGINT), LambdaType((BIGINT,), BOOLEAN)]).returns == Array(BIGINT)
    assert lambda_parameters("REDUCE", [Map(STRING, DOUBLE), BIGINT, LambdaType((None,) * 3)]) == [
        None, None, (BIGINT, STRING, DOUBLE)]
    typed = LambdaType((STRING, DOUBLE), INTEGER), LambdaType((STRING, DOUBLE), BOOLEAN)
    assert scalar("TRANSFORM", [Map(STRING, DOUBLE), *typed]).returns == Map(INTEGER, BOOLEAN)
    with pytest.raises(KsqlError, match="does not accept parameters"):
        lambda_parameters("FILTER", [Array(BIGINT), LambdaType((None, None))])


def test_aggregates_take_no_casts() -> None:
    with pytest.raises(KsqlError, match="does not accept parameters"):
        aggregate("AVG", [Decimal(4, 2)])
    with pytest.raises(KsqlError, match="latestN must be 1 or greater"):
        aggregate("LATEST_BY_OFFSET", [STRING], [0])


def test_state_types_are_those_of_the_changelogs() -> None:
    row = Struct((Field("ID", STRING),))
    assert str(aggregate("AVG", [DOUBLE]).state_type) == "STRUCT<`SUM` DOUBLE, `COUNT` BIGINT>"
    assert str(aggregate("STDDEV_SAMP", [INTEGER]).state_type) == "STRUCT<`SUM` INTEGER, `COUNT` BIGINT, `M2` DOUBLE>"
    assert str(aggregate("LATEST_BY_OFFSET", [row], [24]).state_type) == (
        "ARRAY<STRUCT<`SEQ` BIGINT, `VAL` STRUCT<`ID` STRING>>>")
    assert str(aggregate("COUNT_DISTINCT", [STRING]).state_type) == "ARRAY<INTEGER>"
    assert str(aggregate("TOPK", [INTEGER, STRING], [2]).returns) == "ARRAY<STRUCT<`sort_col` INTEGER, `col0` STRING>>"


def test_table_functions() -> None:
    explode = table_function("EXPLODE", [Array(Decimal(3, 1))])
    assert explode.returns == Decimal(3, 1)
    assert list(explode.implementation(None)) == []
    cube = table_function("CUBE_EXPLODE", [Array(INTEGER)])
    assert cube.implementation([1, None, 2]) == [[None, None, None], [None, None, 2], [1, None, None], [1, None, 2]]


def test_signatures_print_as_they_are_written() -> None:
    assert str(signature("(ARRAY<T>, MAP<K, V>, STRING...)->T")) == "ARRAY<T>, MAP<K, V>, VARCHAR..."
    assert describe("concat").name == "concat"
