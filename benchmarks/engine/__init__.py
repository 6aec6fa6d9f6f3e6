"""rowtime's speed: queries, one record's way, start, memory, and how cost grows."""
