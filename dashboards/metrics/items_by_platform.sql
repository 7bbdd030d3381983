/*
title: Items by platform
question: Where was the week talked about?
unit: items
phases: week
formula: Items of the week on each platform, and their share of the week's items on all platforms. An item is the first
    appearance of a tagged post or article; reposts, likes and comments are not items.
source: Social Media Measurement Standards (SMMStandards Conclave), "item"
version: 1
chart: bars
headline: {platform} carried {items} of the week's {items_total} items
column: platform — where it was published
column: items — items of the week there
column: items_total — items of the week on all platforms
column: share — items there, of all items
*/
WITH counted AS (
    SELECT posts.platform, COUNT(*) AS items
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
    GROUP BY posts.platform
),
total AS (
    SELECT SUM(items) AS items_total FROM counted
)
SELECT
    counted.platform,
    counted.items,
    total.items_total,
    CAST(counted.items AS DOUBLE) / total.items_total AS share
FROM counted
CROSS JOIN total
WHERE :platform = '' OR counted.platform = :platform
ORDER BY counted.items DESC, counted.platform
