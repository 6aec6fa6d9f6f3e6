"""String functions, regular expressions, encodings, URLs, JSON."""

from __future__ import annotations

from typing import Any

import pytest

from rowtime.functions.regex import compiled
from rowtime.sql.types import BYTES, DATE, DOUBLE, INTEGER, STRING, TIME, TIMESTAMP, Array, Decimal, Field, Map, Struct

SMILE = "\U0001f600"
CASES = [
    ("CONCAT", ["a", None, "b"], "ab"), ("CONCAT", [b"a", b"b"], b"ab"), ("CONCAT_WS", ["-", "a", None, "b"], "a-b"),
    ("SUBSTRING", ["hello", 2], "ello"), ("SUBSTRING", ["hello", -3, 2], "ll"), ("SUBSTRING", ["hello", 0], "hello"),
    ("SUBSTRING", ["hello", 9, 2], ""), ("SUBSTRING", [b"hello", 2, 2], b"el"), ("LEN", [f"a{SMILE}"], 3),
    ("SUBSTRING", [f"{SMILE}ab", 3], "ab"), ("LEN", [b"abc"], 3), ("TRIM", ["\x01 a \t"], "a"),
    ("UCASE", ["aß"], "ASS"),
    ("INITCAP", ["the QUICK  fox"], "The Quick  Fox"), ("INITCAP", ["  x"], "X"),
    ("REPLACE", ["aab", "a", "x"], "xxb"),
    ("CHR", [75], "K"), ("CHR", [-1], None), ("CHR", ["\\u004B"], "K"), ("CHR", ["75"], None),
    ("ELT", [2, "a", "b"], "b"),
    ("ELT", [3, "a", "b"], None), ("FIELD", ["b", "a", "b"], 2), ("FIELD", ["z", "a"], 0),
    ("INSTR", ["CORPORATE FLOOR", "OR"], 2), ("INSTR", ["CORPORATE FLOOR", "OR", 3, 2], 14),
    ("INSTR", ["CORPORATE FLOOR", "OR", -3], 5), ("INSTR", ["a", "b", 5], 0), ("LPAD", ["foo", 7, "Bar"], "BarBfoo"),
    ("LPAD", ["foo", 2, "x"], "fo"), ("LPAD", ["foo", -1, "x"], None), ("RPAD", [b"foo", 5, b"ab"], b"fooab"),
    ("SPLIT", ["a,b,", ","], ["a", "b", ""]), ("SPLIT", ["abc", ""], ["a", "b", "c"]),
    ("SPLIT", [b"a-b", b"-"], [b"a", b"b"]),
    ("SPLIT_TO_MAP", ["a:=1/b:=2/c", "/", ":="], {"a": "1", "b": "2"}),
    ("MD5", ["one"], "f97c5d29941bfb1b2fdab0874906ab82"),
    ("MASK", ["Ab1-x"], "Xxn-x"), ("MASK_KEEP_LEFT", ["Abc123", 2], "Abxnnn"), ("MASK_RIGHT", ["Abc123", 2], "Abc1nn"),
    ("MASK_LEFT", ["Abc", 2, "U", None, None, None], "Ubc"), ("MASK_LEFT", ["Abc", -1], None),
    ("REGEXP_EXTRACT", ["(.*) (.*)", "hello there", 2], "there"), ("REGEXP_EXTRACT", ["x", "abc"], None),
    ("REGEXP_EXTRACT_ALL", ["[0-9]", "a1b2"], ["1", "2"]),
    ("REGEXP_REPLACE", ["a1b22", "([0-9]+)", "<$1>"], "a<1>b<22>"),
    ("REGEXP_SPLIT_TO_ARRAY", ["a1b2", "[0-9]"], ["a", "b", ""]), ("REGEXP_SPLIT_TO_ARRAY", ["ab", ""], ["a", "b"]),
    ("ENCODE", ["Hello", "ascii", "hex"], "48656c6c6f"), ("ENCODE", ["0x4869", "hex", "utf8"], "Hi"),
    ("ENCODE", ["X'4869'", "hex", "base64"], "SGk="), ("ENCODE", ["a", "ascii", "ascii"], None),
    ("TO_BYTES", ["QUI=", "base64"], b"AB"), ("TO_BYTES", ["xyz", "hex"], None),
    ("FROM_BYTES", [b"\xff", "hex"], "FF"),
    ("FROM_BYTES", [b"\xff", "ascii"], "\ufffd"), ("INT_FROM_BYTES", [b"\0\0\1\0"], 256),
    ("INT_FROM_BYTES", [b"\0\1\0\0", "little_endian"], 256), ("INT_FROM_BYTES", [b"\0"], None),
    ("DOUBLE_FROM_BYTES", [b"\x3f\xf0\0\0\0\0\0\0"], 1.0),
    ("UUID", [bytes(16)], "00000000-0000-0000-0000-000000000000"),
    ("URL_EXTRACT_HOST", ["http://jay:pw@host.name:8080/p?q=1#f"], "host.name"),
    ("URL_EXTRACT_PORT", ["http://h:80/"], 80),
    ("URL_EXTRACT_PORT", ["http://h/"], None), ("URL_EXTRACT_QUERY", ["http://h/?a=%20b"], "a= b"),
    ("URL_EXTRACT_PATH", ["http://h/a%2Fb"], "/a/b"), ("URL_EXTRACT_FRAGMENT", ["http://h/#x"], "x"),
    ("URL_EXTRACT_PROTOCOL", ["mailto:a@b"], "mailto"), ("URL_EXTRACT_HOST", ["http://not valid"], None),
    ("URL_EXTRACT_PARAMETER", ["http://h/?a=1&b", "b"], ""),
    ("URL_EXTRACT_PARAMETER", ["http://h/?a=1=2", "a"], "1=2"),
    ("URL_ENCODE_PARAM", ["a b~*é"], "a+b%7E*%C3%A9"), ("URL_DECODE_PARAM", ["a+b%C3%A9"], "a bé"),
    ("URL_DECODE_PARAM", ["%zz"], None),
    ("EXTRACTJSONFIELD", ['{"a":{"b":[1,2.50]}}', "$.a.b[1]"], "2.50"),
    ("EXTRACTJSONFIELD", ['{"a":"x"}', "$.a"], "x"),
    ("EXTRACTJSONFIELD", ['{"a b":null}', '$["a b"]'], "null"), ("EXTRACTJSONFIELD", ["{}", "$.a"], None),
    ("EXTRACTJSONFIELD", ["{}", "a"], None), ("IS_JSON_STRING", ["{"], False), ("IS_JSON_STRING", ["[1]"], True),
    ("IS_JSON_STRING", [""], False), ("JSON_ARRAY_LENGTH", ["[1,2]"], 2), ("JSON_ARRAY_LENGTH", ["{}"], None),
    ("JSON_KEYS", ['{"b":1,"a":2}'], ["b", "a"]), ("JSON_RECORDS", ['{"a":{"x":1.0}}'], {"a": '{"x":1.0}'}),
    ("JSON_ITEMS", ['[{"a":1},"x"]'], ['{"a":1}', '"x"']), ("JSON_CONCAT", ['{"a":1}', '{"b":2}'], '{"a":1,"b":2}'),
    ("JSON_CONCAT", ["[1]", "2"], "[1,2]"), ("JSON_ARRAY_CONTAINS", ["[1,2]", 2], True),
    ("JSON_ARRAY_CONTAINS", ["[1.0]", 1], False), ("JSON_ARRAY_CONTAINS", ["[1.0]", 1.0], True),
    ("JSON_ARRAY_CONTAINS", ["[null]", None], True), ("JSON_ARRAY_CONTAINS", ["x", 1], False),
]


@pytest.mark.parametrize(("name", "args", "expected"), CASES, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(CASES)])
def test_values(call: Any, name: str, args: list[Any], expected: Any) -> None:
    value = call(name, *args)
    assert value == expected and type(value) is type(expected)


@pytest.mark.parametrize(("t", "value", "text"), [
    (INTEGER, 1, "1"), (DOUBLE, 1e10, "1.0E10"), (STRING, 'a"b', '"a\\"b"'), (None, None, "null"),
    (INTEGER, None, "null"),
    (DATE, 1, '"1970-01-02"'), (TIME, 60_000, '"00:01"'), (TIME, 61_500, '"00:01:01"'),
    (TIMESTAMP, 1, '"1970-01-01T00:00:00.001"'), (BYTES, b"abc", '"YWJj"'), (Array(DOUBLE), [1.0, None], "[1.0,null]"),
    (Map(STRING, INTEGER), {"b": 1, "a": 2}, '{"a":2,"b":1}'),
    (Struct((Field("B", INTEGER), Field("A", Decimal(4, 2)))), (1, None), '{"A":null,"B":1}'),
])
def test_to_json_string(call: Any, t: Any, value: Any, text: str) -> None:
    assert call("TO_JSON_STRING", value, types=[t]) == text


@pytest.mark.parametrize(("pattern", "text", "found"), [
    (r"(?<y>\d+)-\k<y>", "12-12", "12-12"), (r"\p{Alpha}+", "1ab", "ab"), (r"[\p{Punct}]", "a!", "!"),
    (r"\Qa.b\E", "a.b", "a.b"),
    (r"^b$", "b\n", "b"), (r"a\z", "a", "a"), (r"[a-c[x]]+", "zax", "ax"), (r"\x{41}", "A", "A"),
    (r"(?i)AB", "ab", "ab"),
    (r"a++b", "aab", "aab"), (r"\h", "a\tb", "\t"), (r"[\]]", "]", "]"), (r"[^a]", "ab", "b"),
])
def test_java_regular_expressions(pattern: str, text: str, found: str) -> None:
    match = compiled(pattern).search(text)
    assert match and match[0] == found


@pytest.mark.parametrize("pattern", [r"[a-z&&[^b]]", r"\p{IsGreek}", r"\G", "("])
def test_patterns_that_cannot_be_had_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="egular expression"):
        compiled(pattern)
