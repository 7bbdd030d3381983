"""coproweek's collecting half: what is gathered, from where, and how it reaches the archive.

The database's schema is the contract with `dashboards/`, which shows what was gathered.
Nothing here but `cli.py` and `schedule.py` may import `dashboards`.
"""

__version__ = "0.1.0"
