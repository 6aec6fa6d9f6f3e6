"""Texts handled where they lie are those that are there."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.avro.canvas import Canvas
from scoring.avro.pieces import Assembly, text
from scoring.avro.spans import WINDOW, Spans

TEXT = st.binary(max_size=WINDOW) | st.text("abc", max_size=WINDOW).map(str.encode)


def spans(texts: list[bytes], between: bytes) -> Spans:
    """The texts in one buffer, with bytes between them that belong to none."""
    raw, starts = bytearray(between), []
    for one in texts:
        starts.append(len(raw))
        raw += one + between
    return Spans(bytes(raw + bytes(WINDOW)), np.array(starts, dtype=np.int64), np.array([len(t) for t in texts]))


@given(st.lists(TEXT | st.binary(min_size=WINDOW + 1, max_size=100), max_size=8))
def test_ascii_is_said_only_of_ascii(texts: list[bytes]) -> None:
    found = spans(texts, b"\xff")
    assert found.texts() == texts
    if found.widest <= WINDOW:
        assert found.are_ascii() == all(one.isascii() for one in texts)
    else:
        assert not found.are_ascii()


@given(st.lists(TEXT, min_size=1, max_size=8), st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_texts_are_copied_between_their_neighbours(texts: list[bytes], codes: list[int]) -> None:
    table = (b"", b"x", b"yyy")
    out = Assembly(len(texts))
    out.coded(np.array(codes[:len(texts)]), table)
    out.copied(spans(texts, b"\xff"), b"<")
    out.constant(b">")
    assert out.records() == [table[code] + b"<" + text(one) + b">" for code, one in zip(codes, texts, strict=False)]


def test_rows_of_a_canvas_do_not_touch_each_other() -> None:
    canvas = Canvas(3, 4)
    wide = np.frombuffer(b"aa..bb..cc..", dtype="V4")
    canvas.write(wide, np.array([2, 0, 1]))
    canvas.write_or(np.frombuffer(b"112233", dtype="V2"), np.array([False, True, False]), b"-")
    assert canvas.rows() == [b"aa11", b"-", b"c33"]
