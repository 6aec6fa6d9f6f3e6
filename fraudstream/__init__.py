"""fraudstream: the command line and the wiring around sql/, scoring and rowtime."""
