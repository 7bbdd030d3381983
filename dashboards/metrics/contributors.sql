/*
title: Contributors and effective voices
question: How many took part, and how evenly was the talking shared?
unit: contributors
phases: week
formula: A contributor is an account or a blog's byline that published at least one item of the week. Effective voices are
    1 divided by the sum of the squared shares of items: the number of equally busy contributors that would be as varied.
    The ten busiest contributors' share is their items divided by all items with a known author.
source: Inverse Simpson index (effective number, Hill 1973); contributors as in the SMMStandards
version: 1
chart: voices
headline: {contributors} contributors are as varied as {effective_voices} equal voices
column: platform — platform, or all of them together
column: contributors — accounts and bylines with at least one item
column: items — items with a known author
column: items_without_author — items whose author is not known, left out here
column: items_per_contributor — items divided by contributors
column: effective_voices — 1 divided by the sum of squared shares
column: top_10_items — items of the ten busiest contributors together
column: top_10_share — those, of all items with a known author
*/
WITH counted AS (
    SELECT posts.platform, posts.author_id, COUNT(*) AS items
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND (:platform = '' OR posts.platform = :platform)
    GROUP BY posts.platform, posts.author_id
),
parts AS (
    SELECT platform, author_id, items FROM counted
    UNION ALL
    SELECT 'all' AS platform, author_id, items FROM counted WHERE :platform = ''
),
ranked AS (
    SELECT
        platform,
        author_id,
        items,
        ROW_NUMBER() OVER (
            PARTITION BY platform ORDER BY CASE WHEN author_id IS NULL THEN 1 ELSE 0 END, items DESC, author_id
        ) AS place
    FROM parts
),
summed AS (
    SELECT
        platform,
        COUNT(author_id) AS contributors,
        SUM(CASE WHEN author_id IS NULL THEN 0 ELSE items END) AS items,
        SUM(CASE WHEN author_id IS NULL THEN items ELSE 0 END) AS items_without_author,
        SUM(CASE WHEN author_id IS NULL THEN 0 ELSE CAST(items AS DOUBLE) * items END) AS squares,
        SUM(CASE WHEN author_id IS NOT NULL AND place <= 10 THEN items ELSE 0 END) AS top_10_items
    FROM ranked
    GROUP BY platform
)
SELECT
    platform,
    contributors,
    items,
    items_without_author,
    CASE WHEN contributors > 0 THEN CAST(items AS DOUBLE) / contributors END AS items_per_contributor,
    CASE WHEN contributors > 0 THEN CAST(items AS DOUBLE) * items / squares END AS effective_voices,
    top_10_items,
    CASE WHEN items > 0 THEN CAST(top_10_items AS DOUBLE) / items END AS top_10_share
FROM summed
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, contributors DESC, platform
