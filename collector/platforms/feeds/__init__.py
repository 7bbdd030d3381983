"""Blogs, by their feeds: RSS 0.9x–2.0, RDF, Atom 0.3 and 1.0, JSON Feed.

`collect` is the platform's part of the seam (`collector/platforms/__init__.py`); `complete` gets the article of an
entry whose feed gives only a summary. What makes an entry the same one again is said in `identity.py`; `Post.uri` and
each of `Post.aliases` are the strings that `identity_hash` is taken of.

One way through: `asking` (gets the newest page) → `reading` (what is it?) → `prepare`, `scan`, `parse` or `jsonfeed`
or `wordpress` (entries as `items`) → `identity`, `articles`, `words`, `dates` (entries as posts) → `collecting`
(pages with what they cover) → `older`, `comments`. What is decided stands in `polling`, `discovery`, `paging` and
`coverage`.
"""

from __future__ import annotations

from collector.platforms.feeds.collecting import collect
from collector.platforms.feeds.fulltext import complete

__all__ = ["collect", "complete"]
