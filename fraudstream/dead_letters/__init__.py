"""Dead letters: listed, shown, replayed."""

from fraudstream.dead_letters.letters import Filter, Letter, find
from fraudstream.dead_letters.replay import Replayed, replay

__all__ = ["Filter", "Letter", "Replayed", "find", "replay"]
