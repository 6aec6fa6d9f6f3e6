"""The demo: the main job from end to end on one machine, in front of your eyes."""

from fraudstream.demo.demo import Demo, run

__all__ = ["Demo", "run"]
