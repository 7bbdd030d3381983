"""The comment feeds of posts that are items: each comment as context of its post, its words only where that is wanted.

A comment feed that is closed or gone is said and not asked for again; one whose server has a fault is left for the next
round, and the others with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from collector.http import Client, Response
from collector.platforms import Page, Task, Thread, Trouble
from collector.platforms.feeds import articles, discovery, paging, polling, wordpress
from collector.platforms.feeds.articles import Feed
from collector.platforms.feeds.identity import Blog, comment_identity
from collector.platforms.feeds.items import Item
from collector.platforms.feeds.parse import Document
from collector.platforms.feeds.polling import ACCEPT
from collector.platforms.feeds.reading import document
from collector.posts import Post, Unread

WORDPRESS_FEED = 10
"""Comments that a comment feed of WordPress shows unless it is set otherwise; with fewer there are no others."""
_CLOSED = frozenset({"not_found", "gone", "refused", "not_a_feed", "too_large", "unsafe"})


def collect(task: Task, client: Client, blog: str, pages: int) -> Iterator[Page]:
    """The comments of `task.threads` that are not known, in at most `pages` pages.

    Raises:
        Trouble: rate_limited.
    """
    for thread in task.threads:
        if pages <= 0:
            return
        try:
            for page in _thread(task, client, blog, thread, pages):
                pages -= 1
                yield page
        except Trouble as trouble:
            if trouble.kind == "rate_limited":
                raise
            closed = trouble.kind in _CLOSED
            yield Page(
                threads_read=(thread.post_uri,) if closed else (),
                http_status=trouble.http_status,
                note=f"The comments on {thread.post_uri} could not be read: {trouble.message}",
            )
            if not closed:
                return


def _thread(task: Task, client: Client, blog: str, thread: Thread, pages: int) -> Iterator[Page]:
    """The pages of one post's comments. After the newest, which is asked for because comments are lacking, they go on
    until one holds nothing new."""
    reader: _Comments | None = None
    url: str | None = discovery.polled(thread.comments_url)
    while url is not None:
        response = client.get(url, accept=ACCEPT)
        pages -= 1
        if trouble := polling.trouble(response, task.now, "comment feed"):
            raise trouble
        known = task.known.fingerprints
        found = wordpress.read_comments(response.body, known) if reader and _is_api(url) else document(response, known)
        if found is None:
            raise polling.not_a_feed(response, "comment feed")
        newest = reader is None
        if reader is None:
            reader = _Comments(
                task, Feed(blog=Blog(name=blog, url=response.url), about=found.about, now=task.now), thread
            )
        page = reader.page(found, response)
        goes_on = pages > 0 and (newest or page.posts or page.unread)
        url = _older(response, found) if goes_on else None
        yield page if url else replace(page, threads_read=(thread.post_uri,))


def _older(response: Response, page: Document) -> str | None:
    """Where the comments before a page's are."""
    if _is_api(response.url):
        return wordpress.next_page(response.url, response.headers)
    if all_comments := wordpress.comments_url(response.headers, response.url):
        return all_comments if len(page.listed) >= WORDPRESS_FEED else None
    step = paging.following(response.url, page, response.headers)
    return step.url or None if step is not None and step.way != "wordpress" else None


def _is_api(url: str) -> bool:
    return "wp/v2/comments" in url


class _Comments:
    """Makes posts of one thread's comments, each once."""

    def __init__(self, task: Task, feed: Feed, thread: Thread) -> None:
        self.task = task
        self.feed = feed
        self.thread = thread
        self.uris: set[str] = set()

    def page(self, page: Document, response: Response) -> Page:
        keep_words = self.task.limits.comment_text
        posts: list[Post] = []
        unread: list[Unread] = []
        for group in page.groups():
            for item in group:
                raw = item.raw if keep_words else b""
                if not isinstance(item, Item):
                    unread.append(Unread(reason=item.reason, raw=raw, fingerprint=item.fingerprint))
                    continue
                identity = comment_identity(item.listed, self.feed.blog, self.thread.post_uri)
                if identity is None:
                    reason = "a comment without an id or an address"
                    unread.append(Unread(reason=reason, raw=raw, fingerprint=item.listed.fingerprint))
                elif identity.uri not in self.uris:
                    self.uris.add(identity.uri)
                    posts.append(
                        articles.comment(
                            item, identity, self.feed, post_uri=self.thread.post_uri, keep_words=keep_words
                        )
                    )
        return Page(
            posts=tuple(posts),
            unread=tuple(unread),
            unchanged=sum(entry.known for entry in page.listed),
            http_status=response.status,
            requests=response.requests,
            bytes_received=response.wire_bytes,
            raw=response.body if keep_words and (posts or unread) else None,
        )
