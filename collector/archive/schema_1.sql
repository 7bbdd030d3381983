-- Version 1 of the archive: what was collected. Written only by collector/archive/.
--
-- SQLite keeps these statements word for word, comments included, and the comments are the tables' and columns'
-- descriptions: Datasette, docs/archive.md and the data dictionary read them from sqlite_master.
-- First comment line(s) in a table: what the table is. Comment after a column: what the column is.
-- Times are text in UTC, YYYY-MM-DDTHH:MM:SSZ. NULL is "unknown" or "not given", never 0.
--
-- In campaign_terms, baseline_counts, post_hashtags and skipped, NOT NULL of the fourth column is written as a CHECK: the
-- integrity_check of SQLite 3.40, which Debian 12 has, takes NOT NULL for damage in tables of that shape.

CREATE TABLE archive_info (
    -- Facts about this archive file itself: is it made up, which key hashes its tombstones. Closed to visitors.
    key TEXT PRIMARY KEY,             -- name of the fact
    value TEXT NOT NULL               -- its value
) STRICT, WITHOUT ROWID;

-- What is watched, as config.toml says it -------------------------------------------------------------------------

CREATE TABLE campaigns (
    -- A campaign that is watched, such as the UK's Co-production Week. Copied from config.toml at each start.
    id TEXT PRIMARY KEY,              -- short name used in addresses, such as uk
    title TEXT NOT NULL,              -- name as people say it
    organiser TEXT,                   -- id of the organisation that runs it
    time_zone TEXT NOT NULL,          -- days are counted in this zone, such as Europe/London
    hashtag TEXT NOT NULL,            -- its main hashtag as it should be written, without #
    lead_up_days INTEGER NOT NULL,    -- length of the lead-up before the week
    after_days INTEGER NOT NULL,      -- length of the phase after the week
    position INTEGER NOT NULL         -- order in config.toml
) STRICT;

CREATE TABLE campaign_terms (
    -- What makes a post part of a campaign: its hashtags and spellings; and the baseline phrases that are only counted.
    campaign_id TEXT NOT NULL REFERENCES campaigns(id) ON DELETE CASCADE, -- the campaign
    kind TEXT NOT NULL CHECK (kind IN ('hashtag', 'phrase', 'baseline')), -- hashtag and phrase make a post an item; baseline is counted per day only
    term TEXT CHECK (term IS NOT NULL), -- as configured
    folded TEXT NOT NULL,             -- as compared: NFKC, case-folded, every hyphen alike
    PRIMARY KEY (campaign_id, kind, folded)
) STRICT, WITHOUT ROWID;

CREATE TABLE editions (
    -- One year's week of a campaign, with the moments at which its phases begin and end.
    id TEXT PRIMARY KEY,              -- campaign and year, such as uk-2026
    campaign_id TEXT NOT NULL REFERENCES campaigns(id) ON DELETE CASCADE, -- the campaign
    year INTEGER NOT NULL,            -- the year it is named after
    title TEXT NOT NULL,              -- as printed, such as Co-production Week 2026
    theme TEXT,                       -- the year's theme; NULL where none is known
    starts_on TEXT,                   -- first day of the week, local; NULL while nobody has set the dates
    ends_on TEXT,                     -- last day of the week, local
    dates_from TEXT,                  -- where the dates were found
    early_from_utc TEXT,              -- early phase begins: when the previous edition's after ended
    lead_up_from_utc TEXT,            -- lead-up begins
    week_from_utc TEXT,               -- the week begins, at local midnight
    week_to_utc TEXT,                 -- the week ends, at the local midnight after its last day
    after_to_utc TEXT,                -- the phase after the week ends
    frozen_at_utc TEXT,               -- its figures stop changing: 56 days after the week
    content_removed_at TEXT           -- its posts were deleted then, because the time for which they may be kept was over; figures stay
) STRICT;

CREATE TABLE organisations (
    -- Organisations that take part and may be named. Individuals are never listed here.
    id TEXT PRIMARY KEY,              -- short name, such as scie
    name TEXT NOT NULL,               -- name as printed
    url TEXT,                         -- its website
    kind TEXT,                        -- charity, council, NHS, university, network, … as configured
    position INTEGER NOT NULL         -- order in config.toml
) STRICT;

CREATE TABLE organisation_accounts (
    -- The accounts and blogs by which an organisation's posts are recognised.
    platform TEXT NOT NULL,           -- blogs, x, mastodon, bluesky, …
    handle TEXT NOT NULL,             -- account name without @, case-folded; for blogs the host name
    organisation_id TEXT NOT NULL REFERENCES organisations(id) ON DELETE CASCADE, -- whose it is
    PRIMARY KEY (platform, handle)
) STRICT, WITHOUT ROWID;

-- Where it is looked for, and how that went ------------------------------------------------------------------------

CREATE TABLE sources (
    -- A place that is asked: a blog's feed, a server's hashtag timeline, a search, a file that was imported.
    id INTEGER PRIMARY KEY,           -- internal number
    platform TEXT NOT NULL,           -- blogs, x, mastodon, bluesky, …
    kind TEXT NOT NULL,               -- how it is asked: feed, search, tag_timeline, file
    locator TEXT NOT NULL,            -- address or query as configured
    title TEXT NOT NULL,              -- name shown to people
    organisation_id TEXT REFERENCES organisations(id) ON DELETE SET NULL, -- whose it is, where it is an organisation's
    query_hash TEXT NOT NULL,         -- changes when what is asked for changes; coverage belongs to it
    configured INTEGER NOT NULL DEFAULT 1, -- 1 while config.toml names it
    added_at TEXT NOT NULL,           -- first seen in the configuration
    due_at TEXT,                      -- asked again at this time; NULL: now
    failures INTEGER NOT NULL DEFAULT 0, -- failed rounds in a row
    last_tried_at TEXT,               -- last asked
    last_success_at TEXT,             -- last answered usefully
    last_outcome TEXT,                -- what it answered last, in words
    retired_at TEXT,                  -- given up (410 Gone)
    retired_reason TEXT,              -- why
    UNIQUE (platform, kind, locator)
) STRICT;

CREATE TABLE source_memory (
    -- What a platform module asked to be remembered of a source: validators, a moved address. Closed to visitors.
    source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE, -- the source
    key TEXT NOT NULL,                -- the module's own name for it
    value TEXT NOT NULL,              -- its value
    PRIMARY KEY (source_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE rounds (
    -- One run of the collectors, or one import.
    id INTEGER PRIMARY KEY,           -- internal number
    kind TEXT NOT NULL,               -- collect, import, demonstration
    started_at TEXT NOT NULL,         -- when it began
    last_active_at TEXT NOT NULL,     -- when it last saved something; not ended and silent for 15 minutes: it was cut off
    finished_at TEXT,                 -- when it ended; NULL: still running, or it was cut off
    software TEXT NOT NULL            -- version of coproweek that ran it
) STRICT;

CREATE TABLE round_sources (
    -- What one source gave in one round.
    round_id INTEGER NOT NULL REFERENCES rounds(id) ON DELETE CASCADE, -- the round
    source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE, -- the source
    started_at TEXT NOT NULL,         -- when it was first asked
    finished_at TEXT,                 -- NULL: cut off
    outcome TEXT CHECK (outcome IN ('ok', 'unchanged', 'partial', 'failed', 'retired')), -- how it ended
    reason TEXT,                      -- why, in words, where it was not ok
    requests INTEGER NOT NULL DEFAULT 0, -- requests made
    bytes_received INTEGER NOT NULL DEFAULT 0, -- bytes of the answers
    new_posts INTEGER NOT NULL DEFAULT 0, -- posts not in the archive before
    changed_posts INTEGER NOT NULL DEFAULT 0, -- posts with a new version
    unchanged_posts INTEGER NOT NULL DEFAULT 0, -- posts and entries met again as they were
    unmatched INTEGER NOT NULL DEFAULT 0, -- entries that are not of any campaign: only a hash is kept
    not_understood INTEGER NOT NULL DEFAULT 0, -- items that could not be read; kept 30 days for inspection
    skipped INTEGER NOT NULL DEFAULT 0, -- items not kept because somebody asked for that
    collisions INTEGER NOT NULL DEFAULT 0, -- items that bear the identity of more than one stored post; those are never merged
    PRIMARY KEY (round_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage (
    -- The ledger: which stretches of publication time were truly covered. What is missing is fetched next.
    -- Stretches of one source that touch and have the same state are kept as one row.
    id INTEGER PRIMARY KEY,           -- internal number
    source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE, -- the source
    query_hash TEXT NOT NULL,         -- what was asked for
    round_id INTEGER NOT NULL REFERENCES rounds(id), -- the round that covered it, or extended it last
    from_utc TEXT NOT NULL,           -- from this moment
    to_utc TEXT NOT NULL,             -- until just before this moment
    state TEXT NOT NULL CHECK (state IN ('complete', 'provisional', 'truncated', 'closed')), -- provisional: late posts not yet re-read; truncated: the platform gives no more; closed: the platform does not let us look
    reason TEXT NOT NULL DEFAULT '',  -- why it ended where it did
    CHECK (from_utc < to_utc)
) STRICT;
CREATE INDEX coverage_by_source ON coverage (source_id, query_hash, from_utc);

CREATE TABLE feed_entries (
    -- Every feed entry ever met, as hashes: what did not match leaves nothing else. One row for each of its identities.
    source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE, -- the feed
    identity BLOB NOT NULL,           -- hash of one identity of the entry: its address, its guid
    fingerprint BLOB,                 -- hash of the entry as it last came; NULL: it will be read again
    day TEXT NOT NULL,                -- the day it was published
    matched INTEGER NOT NULL,         -- 1 when it became a post
    PRIMARY KEY (source_id, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_entries_by_identity ON feed_entries (identity);

CREATE TABLE baseline_counts (
    -- Entries that say "co-production" and the like without being of the campaign: counts per day, for comparison.
    campaign_id TEXT NOT NULL,        -- the campaign; counts stay when config.toml no longer names it, as they cannot be made again
    source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE, -- where
    local_day TEXT NOT NULL,          -- day in the campaign's time zone
    items INTEGER CHECK (items IS NOT NULL), -- how many
    PRIMARY KEY (campaign_id, source_id, local_day)
) STRICT, WITHOUT ROWID;

-- What was found --------------------------------------------------------------------------------------------------

CREATE TABLE authors (
    -- Accounts and bylines that published something here.
    id INTEGER PRIMARY KEY,           -- internal number
    platform TEXT NOT NULL,           -- blogs, x, mastodon, bluesky, …
    native_id TEXT NOT NULL,          -- the platform's own id; for blogs HOST, or HOST/byline
    handle TEXT,                      -- account name without @; for blogs the host name
    name TEXT,                        -- display name or byline
    url TEXT,                         -- profile or blog address
    organisation_id TEXT REFERENCES organisations(id) ON DELETE SET NULL, -- the organisation, where the account or blog is registered as one
    is_bot INTEGER,                   -- 1 where the account says it is automated
    followers INTEGER,                -- latest known
    followers_at TEXT,                -- when that was
    first_seen_at TEXT NOT NULL,      -- first collected
    UNIQUE (platform, native_id)
) STRICT;
CREATE INDEX authors_by_organisation ON authors (organisation_id);

CREATE TABLE author_snapshots (
    -- Followers over time.
    author_id INTEGER NOT NULL REFERENCES authors(id) ON DELETE CASCADE, -- the account
    observed_at TEXT NOT NULL,        -- when
    followers INTEGER,                -- how many followers it had
    PRIMARY KEY (author_id, observed_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE posts (
    -- Everything collected, an item of a campaign or the context of one, without its words (see post_texts).
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- internal number: never leaves the archive, and is never used again
    platform TEXT NOT NULL,           -- blogs, x, mastodon, bluesky, …
    uri TEXT NOT NULL,                -- stable identity on its platform
    url TEXT,                         -- address for people
    kind TEXT NOT NULL CHECK (kind IN ('post', 'article', 'comment', 'video')), -- what it is
    author_id INTEGER REFERENCES authors(id), -- who published it
    published_at TEXT NOT NULL,       -- when it was published
    published_from TEXT NOT NULL CHECK (published_from IN ('stated', 'updated', 'first_seen')), -- where that date is from; first_seen: the source gave none that can be believed
    first_seen_at TEXT NOT NULL,      -- first collected
    last_seen_at TEXT NOT NULL,       -- last met
    edited_at TEXT,                   -- last edit that was stated or noticed
    version INTEGER NOT NULL DEFAULT 1, -- 1, then one more for each edit
    content_hash BLOB NOT NULL,       -- hash of what counts as its content, to notice edits
    content_at TEXT NOT NULL,         -- when its words were first read as they are now
    details_hash BLOB NOT NULL,       -- hash of what else is stored of it (links, images, language, …), to notice changes that are no edits
    language TEXT,                    -- language code
    language_from TEXT CHECK (language_from IN ('declared', 'detected')), -- said by the author or the page, or guessed
    sensitive INTEGER,                -- 1 where the author marked it so
    hidden_reason TEXT,               -- NULL: shown; else why it is hidden everywhere (missing at its origin, a privacy flag)
    hidden_at TEXT,                   -- since when
    comments_url TEXT,                -- feed of its comments
    comments_read_at TEXT,            -- when that feed was last read
    comments_read INTEGER,            -- how many comments it was said to have then
    likes INTEGER,                    -- latest known; NULL: not given by the platform
    reposts INTEGER,                  -- latest known
    replies INTEGER,                  -- latest known
    quotes INTEGER,                   -- latest known
    bookmarks INTEGER,                -- latest known
    views INTEGER,                    -- latest known
    comments INTEGER,                 -- latest known
    shares INTEGER,                   -- latest known
    engagement_at TEXT,               -- when those counts were read
    engagement_scope TEXT CHECK (engagement_scope IN ('global', 'instance_partial', 'version')), -- instance_partial: no server asked knows them all, so they are the least that it can be
    images INTEGER,                   -- how many images, videos and sounds it has; NULL: not known
    images_with_alt INTEGER,          -- how many of them have a text alternative; NULL where the platform offers none
    UNIQUE (platform, uri)
) STRICT;
CREATE INDEX posts_by_author ON posts (author_id);

CREATE TABLE post_texts (
    -- The words of each post, apart from its numbers so that counting stays quick.
    post_id INTEGER PRIMARY KEY REFERENCES posts(id) ON DELETE CASCADE, -- the post
    title TEXT,                       -- title, where it has one
    text TEXT NOT NULL,               -- plain text
    html TEXT,                        -- sanitised HTML
    content_warning TEXT              -- the author's content warning
) STRICT;

CREATE TABLE post_versions (
    -- What an edited post said before: one row for each different text that was replaced, up to 100 and 5 MB a post.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    version INTEGER NOT NULL,         -- 1 is the first that was collected
    replaced_at TEXT NOT NULL,        -- when the next version was noticed
    title TEXT,                       -- title then
    text TEXT NOT NULL,               -- text then
    content_hash BLOB NOT NULL,       -- hash of what counted as its content then
    PRIMARY KEY (post_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE post_aliases (
    -- Other identities of the same post: a feed's guid, an old address.
    platform TEXT NOT NULL,           -- the platform
    alias TEXT NOT NULL,              -- the other identity
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    PRIMARY KEY (platform, alias)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_aliases_by_post ON post_aliases (post_id);

CREATE TABLE post_matches (
    -- Why a post is of a campaign: each term that matched, and where.
    campaign_id TEXT NOT NULL REFERENCES campaigns(id) ON DELETE CASCADE, -- the campaign
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    kind TEXT NOT NULL CHECK (kind IN ('hashtag', 'phrase')), -- what matched
    term TEXT NOT NULL,               -- as the post writes it
    place TEXT NOT NULL CHECK (place IN ('entity', 'category', 'title', 'text')), -- where it stands
    past INTEGER NOT NULL DEFAULT 0,  -- 1 when only an earlier version of the post said it
    PRIMARY KEY (campaign_id, post_id, kind, term, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_matches_by_post ON post_matches (post_id);

CREATE TABLE edition_posts (
    -- Which posts belong to which edition, in which phase, and why. A tagged post whose edition has no dates yet waits outside.
    edition_id TEXT NOT NULL REFERENCES editions(id) ON DELETE CASCADE, -- the edition
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    phase TEXT NOT NULL CHECK (phase IN ('early', 'lead-up', 'week', 'after')), -- by publication date in the campaign's time zone
    role TEXT NOT NULL CHECK (role IN ('tagged', 'context')), -- tagged: an item of the campaign; context: a comment, reply or quoted post, never counted as one
    why TEXT NOT NULL,                -- in words
    local_day TEXT NOT NULL,          -- day of publication in the campaign's time zone
    local_hour INTEGER NOT NULL,      -- hour of publication there, 0 to 23
    PRIMARY KEY (edition_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_posts_by_post ON edition_posts (post_id);

CREATE TABLE sightings (
    -- Where each post was seen: a post that five servers showed is one post with five sightings.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    source_id INTEGER NOT NULL REFERENCES sources(id), -- the source that showed it
    first_round_id INTEGER NOT NULL REFERENCES rounds(id), -- the round that saw it first there
    first_seen_at TEXT NOT NULL,      -- when
    last_seen_at TEXT NOT NULL,       -- last seen there
    local_id TEXT,                    -- its id there
    PRIMARY KEY (post_id, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_by_source ON sightings (source_id);

CREATE TABLE relations (
    -- Replies, quotes, reposts and comments, as links between posts.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post that replies, quotes, …
    kind TEXT NOT NULL CHECK (kind IN ('reply_to', 'quote_of', 'repost_of', 'comment_on')), -- how
    target_uri TEXT NOT NULL,         -- the other post's identity
    target_post_id INTEGER REFERENCES posts(id) ON DELETE SET NULL, -- the other post, where it is in the archive
    PRIMARY KEY (post_id, kind, target_uri)
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_by_target ON relations (target_post_id);
CREATE INDEX relations_by_target_uri ON relations (target_uri);

CREATE TABLE engagement (
    -- Counts as they were at each reading: never overwritten. The latest stand beside the post.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    observed_at TEXT NOT NULL,        -- when they were read
    observed_via TEXT NOT NULL,       -- the host that gave them
    scope TEXT NOT NULL CHECK (scope IN ('global', 'instance_partial', 'version')), -- whether that host knows them all
    likes INTEGER,                    -- NULL: not given
    reposts INTEGER,                  -- NULL: not given
    replies INTEGER,                  -- NULL: not given
    quotes INTEGER,                   -- NULL: not given
    bookmarks INTEGER,                -- NULL: not given
    views INTEGER,                    -- NULL: not given
    comments INTEGER,                 -- NULL: not given
    shares INTEGER,                   -- NULL: not given
    PRIMARY KEY (post_id, observed_at, observed_via)
) STRICT, WITHOUT ROWID;

CREATE TABLE hashtags (
    -- Every hashtag met in the archive, once.
    id INTEGER PRIMARY KEY,           -- internal number
    folded TEXT NOT NULL UNIQUE       -- as compared: NFKC and case-folded, without #
) STRICT;

CREATE TABLE post_hashtags (
    -- The hashtags of each post, as its author wrote them: capitals matter to screen readers.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    hashtag_id INTEGER NOT NULL REFERENCES hashtags(id), -- the hashtag
    as_written TEXT CHECK (as_written IS NOT NULL), -- without #
    origin TEXT NOT NULL CHECK (origin IN ('entity', 'facet', 'hidden_tag', 'category', 'text')), -- where it stands
    PRIMARY KEY (post_id, hashtag_id, origin)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_hashtags_by_hashtag ON post_hashtags (hashtag_id);

CREATE TABLE post_categories (
    -- Categories and labels that a blog gave its article, as written.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    position INTEGER NOT NULL,        -- order in the post
    category TEXT NOT NULL,           -- as written
    PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
    -- Every address that posts link to, once.
    id INTEGER PRIMARY KEY,           -- internal number
    canonical TEXT NOT NULL UNIQUE,   -- without tracking parameters, http and https alike
    domain TEXT NOT NULL              -- its host
) STRICT;
CREATE INDEX links_by_domain ON links (domain);

CREATE TABLE post_links (
    -- Which post links where.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    position INTEGER NOT NULL,        -- order in the post
    link_id INTEGER NOT NULL REFERENCES links(id), -- where it leads
    as_given TEXT NOT NULL,           -- as the post has it
    PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_links_by_link ON post_links (link_id);

CREATE TABLE media (
    -- Images, videos and sounds, and whether they have a text alternative.
    post_id INTEGER NOT NULL REFERENCES posts(id) ON DELETE CASCADE, -- the post
    position INTEGER NOT NULL,        -- order in the post
    kind TEXT NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'embed')), -- what it is
    url TEXT NOT NULL,                -- where it lies
    alt TEXT,                         -- its text alternative
    alt_state TEXT NOT NULL CHECK (alt_state IN ('present', 'empty', 'absent', 'not_offered')), -- empty: said to be decoration; absent: forgotten; not_offered: the platform has no such field
    PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;

-- What is kept for inspection, and what must not come back ---------------------------------------------------------

CREATE TABLE raw_items (
    -- Items and pages as they came, for a limited time: of each post the item as it came last. Closed to visitors.
    id INTEGER PRIMARY KEY,           -- internal number
    round_id INTEGER NOT NULL REFERENCES rounds(id), -- the round that got it
    source_id INTEGER NOT NULL REFERENCES sources(id), -- where from
    post_id INTEGER REFERENCES posts(id) ON DELETE CASCADE, -- the post it became
    kind TEXT NOT NULL CHECK (kind IN ('item', 'page', 'not_understood')), -- what it is
    reason TEXT,                      -- why it could not be understood
    received_at TEXT NOT NULL,        -- when it came
    expires_at TEXT NOT NULL,         -- when it is deleted: items after 30 days, pages after 7
    body BLOB NOT NULL                -- compressed with zlib
) STRICT;
CREATE INDEX raw_items_by_post ON raw_items (post_id);
CREATE INDEX raw_items_by_expiry ON raw_items (expires_at);

CREATE TABLE tombstones (
    -- What was removed and must not come back: a keyed hash, no content. Closed to visitors.
    scope TEXT NOT NULL CHECK (scope IN ('post', 'author', 'site')), -- what was removed
    key_hash BLOB NOT NULL,           -- keyed hash of its identity
    reason TEXT NOT NULL,             -- request, opt-out, deleted at its origin
    removed_at TEXT NOT NULL,         -- when
    PRIMARY KEY (scope, key_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE removals (
    -- How many posts were removed, for which reason, per day: the report prints the number.
    day TEXT NOT NULL,                -- the day, in UTC
    platform TEXT NOT NULL,           -- the platform
    edition_id TEXT NOT NULL,         -- the edition it belonged to; empty where none
    reason TEXT NOT NULL,             -- request, opt-out, deleted at its origin, retention
    posts INTEGER NOT NULL,           -- how many
    PRIMARY KEY (day, platform, edition_id, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE skipped (
    -- Items that were not kept because of a flag or a tombstone: counts only.
    source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE, -- where
    day TEXT NOT NULL,                -- the day, in UTC
    reason TEXT NOT NULL,             -- which flag
    items INTEGER CHECK (items IS NOT NULL), -- how many
    PRIMARY KEY (source_id, day, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE edition_changes (
    -- When each edition's posts, counts or coverage last changed, so that figures are computed only when needed.
    edition_id TEXT PRIMARY KEY REFERENCES editions(id) ON DELETE CASCADE, -- the edition
    changed_at TEXT NOT NULL          -- when
) STRICT, WITHOUT ROWID;

-- Search and reading ----------------------------------------------------------------------------------------------

CREATE VIRTUAL TABLE post_search USING fts5(title, text, content='post_texts', content_rowid='post_id', tokenize="unicode61 remove_diacritics 2");
CREATE TRIGGER post_texts_added AFTER INSERT ON post_texts BEGIN
    INSERT INTO post_search(rowid, title, text) VALUES (new.post_id, new.title, new.text);
END;
CREATE TRIGGER post_texts_removed AFTER DELETE ON post_texts BEGIN
    INSERT INTO post_search(post_search, rowid, title, text) VALUES ('delete', old.post_id, old.title, old.text);
END;
CREATE TRIGGER post_texts_changed AFTER UPDATE OF title, text ON post_texts BEGIN
    INSERT INTO post_search(post_search, rowid, title, text) VALUES ('delete', old.post_id, old.title, old.text);
    INSERT INTO post_search(rowid, title, text) VALUES (new.post_id, new.title, new.text);
END;

CREATE VIEW items AS
    -- Every item of every edition in one readable row: the place to start looking.
    SELECT
        edition_posts.edition_id, edition_posts.phase, edition_posts.local_day, edition_posts.local_hour,
        posts.platform, organisations.name AS organisation, authors.name AS author, post_texts.title, post_texts.text,
        COALESCE(posts.url, posts.uri) AS url, edition_posts.why, posts.published_at, posts.published_from,
        posts.language, posts.version, posts.likes, posts.reposts, posts.replies, posts.quotes, posts.bookmarks,
        posts.views, posts.comments, posts.shares, posts.engagement_at, posts.images, posts.images_with_alt,
        posts.id AS post_id
    FROM edition_posts
    JOIN posts ON posts.id = edition_posts.post_id
    JOIN post_texts ON post_texts.post_id = posts.id
    LEFT JOIN authors ON authors.id = posts.author_id
    LEFT JOIN organisations ON organisations.id = authors.organisation_id
    WHERE edition_posts.role = 'tagged' AND posts.hidden_reason IS NULL;
