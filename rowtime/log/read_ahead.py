"""Reading by position goes forward in small steps at a replay: more is fetched than asked for, and kept."""

from __future__ import annotations

from collections.abc import Sequence

from rowtime.log import batch
from rowtime.log.columns import Columns, all_of
from rowtime.log.wire import Piece

AHEAD = 4000
"""Records fetched at once when reading goes on where it stopped."""

Place = tuple[str, int]
Run = tuple[int, Columns]
NOTHING: Run = (0, Columns([], [], []))


def decode_pieces(pieces: Sequence[Piece]) -> list[Run]:
    """(first offset, records) of each."""
    return [(batch.header_of(data).base_offset + skip, batch.decode(data)[skip:]) for _, skip, data in pieces]


class ReadAhead:
    """For each partition what was fetched last, up to its first gap."""

    def __init__(self) -> None:
        self._held: dict[Place, Run] = {}

    def held(self, place: Place, offset: int, count: int) -> Columns | None:
        """Those records if all of them are held."""
        start, records = self._held.get(place, NOTHING)
        if not start <= offset or offset + count > start + len(records):
            return None
        return records[offset - start : offset - start + count]

    def wanted(self, place: Place, offset: int, count: int) -> int:
        """How many to fetch: more than asked for where the reader goes on from what is held."""
        start, records = self._held.get(place, NOTHING)
        goes_on = len(records) > 0 and start <= offset <= start + len(records)
        return max(count, AHEAD) if goes_on else count

    def keep(self, place: Place, runs: Sequence[Run]) -> None:
        self._held.pop(place, None)
        if not runs:
            return
        start, end, pieces = runs[0][0], runs[0][0], []
        for offset, records in runs:
            if offset != end:
                break
            pieces.append(records)
            end += len(records)
        self._held[place] = start, all_of(pieces)

    def clear(self) -> None:
        self._held.clear()
