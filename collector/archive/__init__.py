"""The archive: one SQLite file with everything that was collected. All SQL that writes it is in this room.

It knows posts (`collector/posts.py`) and no platform. `connection` opens it, `campaigns` brings the configuration in,
`saving` saves a page, `journal` remembers rounds and coverage, `removal` removes and keeps out.
"""
