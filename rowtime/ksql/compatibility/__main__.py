"""python -m rowtime.ksql.compatibility > docs/ksqldb-compatibility.md"""

from __future__ import annotations

import asyncio
import sys

from rowtime.ksql.compatibility.page import page

sys.stdout.write(asyncio.run(page()))
