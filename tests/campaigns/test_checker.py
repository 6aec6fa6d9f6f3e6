"""The checker: what is right passes, and each thing that is wrong is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.checker import (
    COMMITTED,
    CONTENT,
    FOREIGN,
    GAP,
    HANGING,
    HEADERS,
    KEY,
    MISSING,
    MODELS,
    ORDER,
    PARTITION,
    REREAD,
    SAMPLED,
    TIMESTAMP,
    TWICE,
    check,
)
from campaigns.observed import DEAD, FLAG, End, Expected, Gap, Input, Observation, Output, Sample, Violation

TRACE = (("traceparent", b"00-abc"),)


def decode(output: Output) -> dict[str, object]:
    """Values of these tests are model/score/when."""
    version, score, when = output.value.decode().split("/")
    return {"model_version": version, "score": score, "scored_at": when}


def expect(given: Input, fields: dict[str, object]) -> Expected:
    if given.value is None:
        return Expected(DEAD, {"score": "none"})
    return Expected(FLAG, {"score": given.value.decode(), "scored_at": "never"}, timestamp=given.timestamp)


def right(count: int = 4) -> Observation:
    """Two partitions of inputs, the last of each a dead letter; everything in order."""
    inputs, outputs = [], []
    for partition in (0, 1):
        for offset in range(count):
            value = str(offset).encode() if offset < count - 1 else None
            given = Input((partition, offset), f"T{offset}".encode(), value, TRACE, 1_000 + offset)
            kind = FLAG if value else DEAD
            written = b"m1/" + (value or b"none") + b"/" + str(offset // 2).encode()
            inputs.append(given)
            outputs.append(Output(kind, partition, offset if value else 0, given.position, given.key, written,
                                  given.timestamp, (*TRACE, ("source.position", b"in"))))
    return Observation(inputs, outputs, list(outputs), {0: count, 1: count},
                       samples=[Sample({}, {0: -1001}), Sample({0: 1}, {0: 2}), Sample({0: 3}, {0: 4})],
                       ends=[End("flags/0", 3, 3)], gaps=[Gap("kill -9", 2.0, 10.0)])


def kinds(seen: Observation) -> set[str]:
    return {each.kind for each in check(seen, decode, expect)}


def changed(seen: Observation, index: int, **changes: object) -> Observation:
    """One output changed, for both readers."""
    outputs = [replace(each, **changes) if at == index else each for at, each in enumerate(seen.after)]  # type: ignore
    return replace(seen, after=outputs, during=list(outputs))


def test_what_is_right_passes() -> None:
    assert check(right(), decode, expect) == []


def test_a_missing_output() -> None:
    seen = right()
    del seen.after[1], seen.during[1]
    assert kinds(seen) == {MISSING}


def test_inputs_not_processed_yet_are_no_violation_while_commits_say_so() -> None:
    seen = right()
    for outputs in (seen.after, seen.during):
        del outputs[2:4]
    early = replace(seen, complete=False, committed={0: 2, 1: 4}, samples=[])
    assert kinds(early) == set()
    assert kinds(replace(early, complete=True)) == {MISSING}
    assert kinds(replace(early, committed={0: 3, 1: 4})) == {MISSING, COMMITTED}
    assert kinds(replace(early, committed={0: 1, 1: 4})) == {COMMITTED}


def test_a_second_output_whether_flag_or_dead_letter() -> None:
    seen = right()
    again = replace(seen.after[0], offset=3)
    assert TWICE in kinds(replace(seen, after=[*seen.after, again]))
    letter = replace(seen.after[0], kind=DEAD, partition=1, offset=7)
    assert TWICE in kinds(replace(seen, after=[*seen.after, letter]))


def test_an_output_of_an_input_that_was_never_committed() -> None:
    seen = right()
    assert FOREIGN in kinds(replace(seen, after=[*seen.after, replace(seen.after[0], source=(0, 99), offset=9)]))
    assert FOREIGN in kinds(replace(seen, after=[*seen.after, replace(seen.after[0], source=None, offset=9)]))


@pytest.mark.parametrize(("changes", "kind"), [
    ({"value": b"m1/7/0"}, CONTENT),
    ({"kind": DEAD, "offset": -1}, CONTENT),
    ({"key": b"other"}, KEY),
    ({"key": None}, KEY),
    ({"headers": ()}, HEADERS),
    ({"timestamp": 5}, TIMESTAMP),
    ({"partition": 1, "offset": 9}, PARTITION),
])
def test_an_output_that_differs_from_recomputation(changes: dict[str, object], kind: str) -> None:
    assert kinds(changed(right(), 0, **changes)) == {kind}


def test_outputs_out_of_order() -> None:
    seen = right()
    swapped = changed(changed(seen, 0, offset=1), 1, offset=0)
    assert kinds(replace(swapped, during=[])) == {ORDER}


def test_two_models_in_one_batch() -> None:
    assert kinds(changed(right(), 1, value=b"m2/1/0")) == {MODELS}


def test_committed_offsets_that_lag_behind_outputs_or_go_back() -> None:
    seen = right()
    assert kinds(replace(seen, committed={0: 3, 1: 4})) == {COMMITTED}
    assert kinds(replace(seen, samples=[Sample({0: 2}, {0: 2})])) == {SAMPLED}
    assert kinds(replace(seen, samples=[Sample({}, {0: 3}), Sample({}, {0: 2})])) == {SAMPLED}


def test_what_was_read_must_stay() -> None:
    seen = right()
    gone = replace(seen.after[2], offset=3)
    assert kinds(replace(seen, during=[*seen.during, gone])) == {REREAD}
    other = [replace(each, value=b"m1/x/0") if at == 0 else each for at, each in enumerate(seen.during)]
    assert kinds(replace(seen, during=other)) == {REREAD}


def test_a_hanging_transaction_and_a_long_gap() -> None:
    assert kinds(replace(right(), ends=[End("flags/0", 2, 3)])) == {HANGING}
    assert kinds(replace(right(), gaps=[Gap("kill -9", 10.5, 10.0)])) == {GAP}


def test_of_many_violations_of_a_kind_five_are_shown_and_the_rest_counted() -> None:
    seen = right(40)
    found = check(replace(seen, after=[], during=[], samples=[], complete=True), decode, expect)
    assert [each.kind for each in found] == [MISSING] * 5
    assert found[-1] == Violation(MISSING, "input 0/4 has no output (and 75 more)")
