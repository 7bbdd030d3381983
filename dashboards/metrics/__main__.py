"""Prints docs/metrics.md: `python -m dashboards.metrics > docs/metrics.md`."""

from __future__ import annotations

import sys

from dashboards.metrics import document

if __name__ == "__main__":
    sys.stdout.buffer.write(document().encode("utf-8"))
