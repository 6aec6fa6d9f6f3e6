"""Scripts cut into statements with their places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.deploy.script import ScriptError, position, read, split

PIECES = st.sampled_from(["SELECT", " ", "\n", "a.b", "'x'", "'it''s; -- no'", "`odd;name`", '"q;"', "-- note; 'x\n",
                          "/* a; 'b' */", "-", "/", "1-2", "a/b", "€", "\t", "->", "(x) => x"])


def test_comments_quotes_and_semicolons() -> None:
    text = "-- first;\nCREATE STREAM a (x STRING) -- it's; here\n  WITH (p='a;''b');  /* ; */ SET 'k'='v';\n"
    first, second = split(text)
    assert first.text == "CREATE STREAM a (x STRING) -- it's; here\n  WITH (p='a;''b');"
    assert first.normal == "CREATE STREAM a (x STRING) WITH (p='a;''b')"
    assert (first.line, first.column) == (2, 1)
    assert second.text == "SET 'k'='v';"
    assert (second.line, second.column) == (3, 30)


def test_layout_does_not_change_the_digest_but_content_does() -> None:
    a, b, c, d = split("SELECT  a\nFROM b;SELECT a /* why */ FROM b ; SELECT 'a  b';SELECT 'a b';")
    assert a.digest == b.digest
    assert c.digest != d.digest


@given(st.lists(st.lists(PIECES, min_size=1), max_size=6))
def test_cutting_keeps_every_statement_whole(parts: list[list[str]]) -> None:
    texts = ["X " + "".join(pieces) + "\n" for pieces in parts]
    whole = "\n".join(text + ";" for text in texts)
    found = split(whole)
    assert [s.text for s in found] == [text + ";" for text in texts]
    for statement in found:
        lines = whole.split("\n")
        assert lines[statement.line - 1][statement.column - 1 :].startswith("X ")


@given(st.text("ab\n", max_size=30), st.data())
def test_position(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    line, column = position(text, offset)
    assert sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column - 1 == offset


def test_positions_of_a_server_become_positions_in_the_file() -> None:
    statement = split("-- x\n\n   CREATE STREAM a\n AS oops;", Path("f.sql"))[0]
    assert statement.place() == "f.sql:3:4"
    assert statement.place(1, 8) == "f.sql:3:11"
    assert statement.place(2, 5) == "f.sql:4:5"


@pytest.mark.parametrize(("text", "message"), [
    ("SELECT 1;\nSELECT 'a;", r"f\.sql:2:8: quote ' is never closed"),
    ("SELECT `a;", r"f\.sql:1:8: quote ` is never closed"),
    ("/* a;", r"f\.sql:1:1: comment is never closed"),
    ("SELECT 1;\n\nSELECT 2\n-- end", r"f\.sql:4:7: missing ';'"),
])
def test_what_cannot_be_cut_is_said_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        split(text, Path("f.sql"))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_bytes(b"SELECT \xff;")
    with pytest.raises(ScriptError, match=r"not UTF-8 text \(byte 7\)"):
        read(tmp_path / "x.sql")
