"""A short campaign, and a planted bug that it finds. The long ones: make campaign, docs/reliability.md."""

from __future__ import annotations

from campaigns.names import KILL, ROWTIME, STOP, TAKE_OVER, TAMPER
from campaigns.run import Options, run


def test_a_short_campaign_finds_nothing_wrong() -> None:
    said: list[str] = []
    result = run(Options(ROWTIME, seed=1, rounds=4, only=(KILL, STOP, TAKE_OVER, TAMPER)), said.append)
    assert result.violations == [], said
    assert result.inputs > 500 and result.deeds.total() >= 4


def test_a_planted_bug_is_found() -> None:
    said: list[str] = []
    result = run(Options(ROWTIME, seed=1, rounds=8, only=(KILL,), plant="no-rewind", until_found=True, block=2),
                 said.append)
    assert {each.kind for each in result.violations} == {"missing"}, said
