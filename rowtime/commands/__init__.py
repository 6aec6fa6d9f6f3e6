"""One file a command of `rowtime`."""
