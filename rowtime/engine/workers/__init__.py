"""The engine as several processes, each with its share of the partitions of every query."""
