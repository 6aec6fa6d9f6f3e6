"""Scripts with --@test and ASSERT."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowtime.errors import RowtimeError
from rowtime.testing import scripts

TABLE = """--@test: filtered
CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE big AS SELECT id, v FROM t WHERE v > 1;
INSERT INTO t (rowtime, id, v) VALUES (3, 1, 5); INSERT INTO t VALUES (1, 0);
"""
GOOD = """ASSERT TABLE big (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='BIG', VALUE_FORMAT='JSON');
ASSERT VALUES big (id, v, rowtime) VALUES (1, 5, 3);
ASSERT NULL VALUES big (id) KEY (1);
"""


def outcomes(path: Path, text: str) -> list[str]:
    """Of each test what is wrong, '' for nothing."""
    path.write_text(text)
    return [scripts.run(test).failure for test in scripts.load(path)]


def test_a_good_script(tmp_path: Path) -> None:
    assert outcomes(tmp_path / "a.sql", TABLE + GOOD) == [""]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ASSERT VALUES big VALUES (1, 6);", ":5: BIG: 1 rows expected, 1 came\n     ID  V\n- 1  1   6\n+ 1  1   5 !"),
        ("ASSERT NULL VALUES big (id) KEY (1);", ":5: BIG: 1 rows expected, 1 came"),
        ("ASSERT VALUES t (id) VALUES (1);\nASSERT VALUES t (id) VALUES (1);\nASSERT VALUES t (id) VALUES (1);",
         ":7: T: 1 rows expected, 0 came"),
        ("ASSERT STREAM big (id INT KEY, v INT);", ":5: BIG: another kind\n- STREAM   expected\n+ TABLE   actual"),
        ("ASSERT TABLE big (id INT PRIMARY KEY, w INT);", ":5: BIG: another schema"),
        ("ASSERT TABLE big (id INT PRIMARY KEY, v INT) WITH (VALUE_FORMAT='AVRO');", ":5: BIG: another value format"),
        ("ASSERT VALUES big (nope) VALUES (1);", ":5: There is no column NOPE"),
        ("ASSERT VALUES big (id, v) VALUES (1);", ":5: ASSERT VALUES names 2 columns and gives 1 values"),
        ("ASSERT NULL VALUES big (id, v) KEY (1, 5);", ":5: ASSERT NULL VALUES takes key columns only, not V"),
        ("\nSELECT * FROM big;", ":6: This statement has no place in a test script"),
        ("ASSERT VALUES nope VALUES (1);", ":5: There is no stream or table NOPE"),
        ("RUN SCRIPT 'none.sql';", "RUN SCRIPT: there is no file"),
        ("FOO;", ":5: line 5:1: Syntax Error"),
    ],
)  # fmt: skip
def test_a_failure_has_its_line(tmp_path: Path, line: str, told: str) -> None:
    (failure,) = outcomes(tmp_path / "a.sql", TABLE + line)
    assert failure.startswith(str(tmp_path / "a.sql")) and told in failure


def test_expected_errors(tmp_path: Path) -> None:
    text = """--@test: {}
--@expected.error: io.confluent.ksql.util.KsqlException
--@expected.message: cannot be resolved
CREATE STREAM s (id INT KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
"""
    good = text + "CREATE STREAM x AS SELECT nope FROM s;\n"
    other = text + "CREATE STREAM x AS SELECT id, a FROM nope;\n"
    passed, none, another = outcomes(tmp_path / "a.sql", good + text + other)
    assert passed == ""
    assert "an error was expected: cannot be resolved" in none
    assert "expected an error with: cannot be resolved" in another and "NOPE does not exist" in another


def test_a_directory_and_scripts_of_others(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "tables.txt").write_text(TABLE)
    (tmp_path / "deep" / "b.sql").write_text("--@test: b\nRUN SCRIPT '../tables.txt';\n" + GOOD)
    (tmp_path / "a.sql").write_text(TABLE + "--@test: two\n")
    tests = scripts.load(tmp_path)
    assert [(t.path.name, t.name) for t in tests] == [("a.sql", "filtered"), ("a.sql", "two"), ("b.sql", "b")]
    assert [scripts.run(t).failure for t in tests] == ["", "", ""]


@pytest.mark.parametrize(("text", "told"), [("", "no test found"), ("--@tset: a", "unknown --@tset"),
                                            ("--@expected.message: x", "before the first --@test")])  # fmt: skip
def test_no_test(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.sql").write_text(text)
    with pytest.raises(RowtimeError, match=told):
        scripts.load(tmp_path)
