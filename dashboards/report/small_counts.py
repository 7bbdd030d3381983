"""The rule for small counts of people, where the report looks for it: it is that of every figure."""

from dashboards.small_counts import FEWER, THRESHOLD, WITHHELD, is_small, outwards, split

__all__ = ["FEWER", "THRESHOLD", "WITHHELD", "is_small", "outwards", "split"]
