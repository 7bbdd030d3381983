/*
title: The organiser's share
question: How much of the week was the organiser's own voice?
unit: share of items
phases: week
formula: Items of the week by accounts and blogs that are registered as the organiser's, divided by all items of the week.
    Only platforms count where the organiser's own voice was read in the week. That is so where one of its own sources was
    read, or where it has items. It is also so where it has an account and a search that would find it was read. Elsewhere,
    and where the campaign names no organiser, it is not available.
source: Project's own definition
version: 2
chart: shares
headline: The organiser published {share} of the week's items
column: platform — platform, or all of them together
column: organiser_items — items by the organiser; not available where none of its sources or accounts was read
column: items — all items; of all platforms together, those on platforms where the organiser was read, if there are any
column: share — the organiser's items, of those items
*/
WITH this AS (
    SELECT editions.week_from_utc, editions.week_to_utc, campaigns.organiser
    FROM editions
    JOIN campaigns ON campaigns.id = editions.campaign_id
    WHERE editions.id = :edition
),
counted AS (
    SELECT
        posts.platform,
        SUM(CASE WHEN authors.organisation_id = this.organiser THEN 1 ELSE 0 END) AS organiser_items,
        COUNT(*) AS items
    FROM edition_posts AS membership
    CROSS JOIN this
    JOIN posts ON posts.id = membership.post_id
    LEFT JOIN authors ON authors.id = posts.author_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND (:platform = '' OR posts.platform = :platform)
    GROUP BY posts.platform
),
-- Read in the week: a blog shows its own posts, a search those of every account.
read_sources AS (
    SELECT DISTINCT sources.platform, sources.kind, sources.organisation_id
    FROM this
    CROSS JOIN sources
    JOIN coverage ON coverage.source_id = sources.id AND coverage.query_hash = sources.query_hash
    WHERE coverage.state IN ('complete', 'provisional')
        AND coverage.from_utc < this.week_to_utc
        AND coverage.to_utc > this.week_from_utc
),
organiser_accounts AS (
    SELECT authors.platform FROM authors JOIN this ON this.organiser = authors.organisation_id
    UNION
    SELECT accounts.platform
    FROM organisation_accounts AS accounts
    JOIN this ON this.organiser = accounts.organisation_id
),
organiser_read AS (
    SELECT read_sources.platform FROM read_sources JOIN this ON this.organiser = read_sources.organisation_id
    UNION
    SELECT read_sources.platform
    FROM read_sources
    JOIN organiser_accounts ON organiser_accounts.platform = read_sources.platform
    WHERE read_sources.kind <> 'feed'
    UNION
    SELECT platform FROM counted WHERE organiser_items > 0
),
judged AS (
    SELECT
        counted.platform,
        CASE WHEN organiser_read.platform IS NOT NULL THEN counted.organiser_items END AS organiser_items,
        counted.items,
        CASE WHEN organiser_read.platform IS NOT NULL THEN counted.items END AS items_read
    FROM counted
    LEFT JOIN organiser_read ON organiser_read.platform = counted.platform
),
parts AS (
    SELECT platform, organiser_items, items, items_read FROM judged
    UNION ALL
    SELECT 'all' AS platform, organiser_items, items, items_read FROM judged WHERE :platform = ''
)
SELECT
    platform,
    SUM(organiser_items) AS organiser_items,
    COALESCE(SUM(items_read), SUM(items)) AS items,
    CAST(SUM(organiser_items) AS DOUBLE) / SUM(items_read) AS share
FROM parts
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, SUM(items) DESC, platform
