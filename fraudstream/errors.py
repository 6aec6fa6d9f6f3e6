"""Errors with one clear line for a person: what is wrong, where, and what to do."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can mend; shown as one line, exit code 1."""
