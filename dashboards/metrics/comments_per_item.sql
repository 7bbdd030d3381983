/*
title: Comments per item
question: How much did people answer?
unit: comments per item
phases: week
formula: Counted are the comments of each item of the week, or replies where the platform calls them so, as last known. Given
    are the median and the quartiles, by linear interpolation between the two nearest items. Items for which no number is
    known are counted apart and never taken as 0. So are those of which no server that was asked knows all replies.
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
heaps AS (
    SELECT platform, comments, COUNT(*) AS items FROM counted GROUP BY platform, comments
),
parts AS (
    SELECT platform, comments, items FROM heaps
    UNION ALL
    SELECT 'all' AS platform, comments, SUM(items) AS items FROM heaps WHERE :platform = '' GROUP BY comments
),
summed AS (
    SELECT
        platform,
        SUM(CASE WHEN comments IS NULL THEN 0 ELSE items END) AS items_known,
        SUM(items) AS items
    FROM parts
    GROUP BY platform
),
-- The items of a heap stand, from the least commented on, at the places from `start` to just before `finish`.
ranked AS (
    SELECT
        platform,
        comments,
        SUM(items) OVER (PARTITION BY platform ORDER BY comments) - items AS start,
        SUM(items) OVER (PARTITION BY platform ORDER BY comments) AS finish
    FROM parts
    WHERE comments IS NOT NULL
),
quarters AS (
    SELECT 1 AS quarter UNION ALL SELECT 2 AS quarter UNION ALL SELECT 3 AS quarter
),
-- A quartile lies at (items known - 1) * quarter / 4: between the item there, when rounded down, and the next one.
places AS (
    SELECT
        platform,
        quarter,
        (items_known - 1) * quarter % 4 AS beyond,
        (items_known - 1) * quarter - (items_known - 1) * quarter % 4 AS four_times_place
    FROM summed
    CROSS JOIN quarters
    WHERE items_known > 0
),
quartiles AS (
    SELECT
        places.platform,
        places.quarter,
        SUM(
            CASE WHEN 4 * ranked.start <= places.four_times_place AND places.four_times_place < 4 * ranked.finish
                THEN ranked.comments * (4 - places.beyond) ELSE 0 END
            + CASE WHEN 4 * ranked.start <= places.four_times_place + 4 AND places.four_times_place + 4 < 4 * ranked.finish
                THEN ranked.comments * places.beyond ELSE 0 END
        ) AS four_times_value
    FROM places
    JOIN ranked ON ranked.platform = places.platform
    GROUP BY places.platform, places.quarter
)
SELECT
    summed.platform,
    MAX(CASE WHEN quartiles.quarter = 1 THEN CAST(quartiles.four_times_value AS DOUBLE) / 4 END) AS lower_quartile,
    MAX(CASE WHEN quartiles.quarter = 2 THEN CAST(quartiles.four_times_value AS DOUBLE) / 4 END) AS median,
    MAX(CASE WHEN quartiles.quarter = 3 THEN CAST(quartiles.four_times_value AS DOUBLE) / 4 END) AS upper_quartile,
    summed.items_known,
    summed.items - summed.items_known AS items_unknown,
    summed.items,
    CAST(summed.items_known AS DOUBLE) / summed.items AS known_share
FROM summed
LEFT JOIN quartiles ON quartiles.platform = summed.platform
GROUP BY summed.platform, summed.items_known, summed.items
ORDER BY CASE WHEN summed.platform = 'all' THEN 0 ELSE 1 END, summed.items DESC, summed.platform
