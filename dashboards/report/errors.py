"""The one way the report says that it cannot be made."""

from __future__ import annotations


class ReportError(Exception):
    """Why there is no report, and what to do about it, in words for the person who asked for it."""
