"""How config.toml is read: its text (`text.py`), single values (`table.py`), and what they mean together (`values.py`).

The result, `Configuration` and what it is made of, is in `collector/campaign.py`, whose `load` is the way in.
"""
