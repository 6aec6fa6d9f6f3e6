"""Campaigns against the sidecar: kills, pauses, take-overs, lost answers, fuzz, and a checker of what readers saw."""
