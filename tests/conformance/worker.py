"""Batch worker of the conformance runner: one case a line in, one answer a line out.

  python tests/conformance/worker.py
"""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from rowtime.errors import RowtimeError
from rowtime.testing.case import Case, Given
from rowtime.testing.json_numbers import Raw, dump, loads


def _run(job: dict[str, Any]) -> dict[str, Any]:
    case = Case(Given(job["statements"], job["inputs"], job["properties"], job["topics"]))
    case.run()
    by_topic = case.sources()
    return {
        "id": job["id"], "error": None, "outputs": case.outputs(),
        "formats": {t: {"key": s.key_format.name, "value": s.value_format.name} for t, s in by_topic.items()},
        "sources": [_describe(s) for s in case.engine.metastore.sources.values()],
        "topic_names": list(case.log.topics()),
    }  # fmt: skip


def _describe(s: Any) -> dict[str, Any]:
    window = {"windowType": s.window.type.value, "windowSize": s.window.size} if s.window else {}
    return {"name": s.name, "type": s.kind, "schema": _spelled(str(s.schema)), "valueFormat": s.value_format.name,
            "keyFormat": {"format": s.key_format.name, **window}}  # fmt: skip


def _spelled(schema: str) -> str:
    """Types as the cases write them."""
    return re.sub(r"DECIMAL\((\d+), (\d+)\)", r"DECIMAL(\1,\2)", schema).replace("INTEGER", "INT")


def answer(job: dict[str, Any]) -> dict[str, Any]:
    try:
        return _run(job)
    except (RowtimeError, RuntimeError) as e:
        message = str(e)
    except Exception as e:
        traceback.print_exc()
        message = f"{type(e).__name__}: {e}"
    return {"id": job["id"], "error": {"message": message}, "outputs": []}


def main() -> None:
    for line in sys.stdin:
        if line.strip():
            print(dump(answer(loads(line))), flush=True)


__all__ = ["Raw", "answer"]
if __name__ == "__main__":
    main()
