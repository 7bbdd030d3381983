"""Shows what was gathered: metrics, stored figures, charts, the Datasette site and the report.

Reads the archive's tables and imports nothing of `collector`: the database's schema is the contract between the two.
"""
