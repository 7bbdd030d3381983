/*
title: Comments per item
question: How much did people answer?
unit: comments per item
phases: week
formula: The latest known number of comments, or of replies where the platform calls them so, of each item of the week: median
    and quartiles, by linear interpolation between the two nearest items. Items for which no number is known, or of which no
    server that was asked knows all replies, are counted apart and never taken as 0.
source: Hyndman and Fan 1996, definition 7; AMEC Integrated Evaluation Framework, "out-takes"
version: 1
chart: spread
headline: The middle item of the week has {median} comments
column: platform — platform, or all of them together
column: lower_quartile — a quarter of the items have this many or fewer
column: median — half of the items have this many or fewer
column: upper_quartile — three quarters of the items have this many or fewer
column: items_known — items whose number is known
column: items_unknown — items whose number is not known
column: items — all items
column: known_share — items whose number is known, of all items
*/
WITH counted AS (
    SELECT
        posts.platform,
        CASE
            WHEN posts.engagement_scope = 'instance_partial' THEN NULL
            ELSE COALESCE(posts.comments, posts.replies)
        END AS comments
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND (:platform = '' OR posts.platform = :platform)
),
parts AS (
    SELECT platform, comments FROM counted
    UNION ALL
    SELECT 'all' AS platform, comments FROM counted WHERE :platform = ''
),
ranked AS (
    SELECT
        platform,
        comments,
        4 * (ROW_NUMBER() OVER (
            PARTITION BY platform ORDER BY CASE WHEN comments IS NULL THEN 1 ELSE 0 END, comments
        ) - 1) AS place,
        COUNT(comments) OVER (PARTITION BY platform) - 1 AS last_place
    FROM parts
)
-- A quartile lies at last_place * k / 4 from the first item: the items less than one place away are weighed by closeness.
SELECT
    platform,
    SUM(CASE WHEN ABS(place - last_place) < 4
        THEN comments * CAST(4 - ABS(place - last_place) AS DOUBLE) / 4 END) AS lower_quartile,
    SUM(CASE WHEN ABS(place - 2 * last_place) < 4
        THEN comments * CAST(4 - ABS(place - 2 * last_place) AS DOUBLE) / 4 END) AS median,
    SUM(CASE WHEN ABS(place - 3 * last_place) < 4
        THEN comments * CAST(4 - ABS(place - 3 * last_place) AS DOUBLE) / 4 END) AS upper_quartile,
    COUNT(comments) AS items_known,
    COUNT(*) - COUNT(comments) AS items_unknown,
    COUNT(*) AS items,
    CAST(COUNT(comments) AS DOUBLE) / COUNT(*) AS known_share
FROM ranked
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, COUNT(*) DESC, platform
