"""One test file a script, run as `rowtime test tests/sql/asserted` runs them."""

from __future__ import annotations

import pytest

from rowtime.testing import scripts as tests
from tests.sql.scripts import ROOT, scripts

ASSERTED = ROOT / "tests" / "sql" / "asserted"
ALL = [test for script in scripts() for test in tests.load(ASSERTED / script.name)]


def test_one_file_a_script() -> None:
    assert {p.name for p in ASSERTED.glob("*.sql")} == {s.name for s in scripts()}


@pytest.mark.parametrize("test", ALL, ids=[f"{t.path.stem}: {t.name}" for t in ALL])
def test_script(test: tests.ScriptTest) -> None:
    assert f"RUN SCRIPT '../../../sql/{test.path.name}'" in test.text and "ASSERT " in test.text
    assert not tests.run(test).failure
