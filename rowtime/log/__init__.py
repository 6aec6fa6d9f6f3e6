"""The log: one total order of frames in one data directory; topics are read out of it."""
