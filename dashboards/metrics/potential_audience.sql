/*
title: Potential audience
question: How many accounts follow those who took part?
unit: share of contributors
phases: week
formula: Contributors of the week whose number of followers is known, divided by all contributors. The accounts that follow at
    least one of them are no fewer than the largest of those numbers. They are no more than their sum, for each platform
    alone. Both bounds have two digits, rounded outwards, and are withheld where fewer than 10 numbers are known: so none
    leads to a person. Followers are not viewers: many do not look, and others see posts without following.
source: Project's own definition: the bounds of a union of sets; no multiplier, nothing estimated
version: 2
chart: shares
headline: Follower numbers are known for {share} of the contributors
column: platform — platform, or all of them together
column: contributors_known — contributors whose number of followers is known
column: contributors — all contributors
column: share — contributors whose followers are known, of all contributors
column: at_least — the largest number of followers of one contributor, rounded down to two digits; not available where none is
    known, and for all platforms; withheld for fewer than 10
column: at_most — the sum of the known numbers of followers, rounded up to two digits; not available where none is known, and
    for all platforms; withheld for fewer than 10
finish: potential_audience
*/
WITH voices AS (
    SELECT DISTINCT posts.platform, posts.author_id, authors.followers
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    JOIN authors ON authors.id = posts.author_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND (:platform = '' OR posts.platform = :platform)
),
parts AS (
    SELECT platform, followers FROM voices
    UNION ALL
    SELECT 'all' AS platform, followers FROM voices WHERE :platform = ''
),
-- Fewer than 10 people are not printed: the threshold of `small_counts.py`.
summed AS (
    SELECT
        platform,
        COUNT(followers) AS contributors_known,
        COUNT(*) AS contributors,
        CASE WHEN platform <> 'all' AND COUNT(followers) >= 10 THEN MAX(followers) END AS largest,
        CASE WHEN platform <> 'all' AND COUNT(followers) >= 10 THEN SUM(followers) END AS total
    FROM parts
    GROUP BY platform
),
-- The place of the second digit.
units AS (
    SELECT 1 AS unit, 0 AS from_number, 100 AS to_number
    UNION ALL
    SELECT 10 AS unit, 100 AS from_number, 1000 AS to_number
    UNION ALL
    SELECT 100 AS unit, 1000 AS from_number, 10000 AS to_number
    UNION ALL
    SELECT 1000 AS unit, 10000 AS from_number, 100000 AS to_number
    UNION ALL
    SELECT 10000 AS unit, 100000 AS from_number, 1000000 AS to_number
    UNION ALL
    SELECT 100000 AS unit, 1000000 AS from_number, 10000000 AS to_number
    UNION ALL
    SELECT 1000000 AS unit, 10000000 AS from_number, 100000000 AS to_number
    UNION ALL
    SELECT 10000000 AS unit, 100000000 AS from_number, 1000000000 AS to_number
    UNION ALL
    SELECT 100000000 AS unit, 1000000000 AS from_number, 10000000000 AS to_number
    UNION ALL
    SELECT 1000000000 AS unit, 10000000000 AS from_number, 100000000000 AS to_number
    UNION ALL
    SELECT 10000000000 AS unit, 100000000000 AS from_number, 1000000000000 AS to_number
    UNION ALL
    SELECT 100000000000 AS unit, 1000000000000 AS from_number, 10000000000000 AS to_number
)
SELECT
    summed.platform,
    summed.contributors_known,
    summed.contributors,
    CAST(summed.contributors_known AS DOUBLE) / summed.contributors AS share,
    summed.largest - summed.largest % below.unit AS at_least,
    summed.total + (above.unit - summed.total % above.unit) % above.unit AS at_most,
    CASE WHEN summed.platform <> 'all' AND summed.contributors_known BETWEEN 1 AND 9 THEN 'withheld' END AS instead
FROM summed
LEFT JOIN units AS below ON below.from_number <= summed.largest AND summed.largest < below.to_number
LEFT JOIN units AS above ON above.from_number <= summed.total AND summed.total < above.to_number
ORDER BY CASE WHEN summed.platform = 'all' THEN 0 ELSE 1 END, summed.contributors DESC, summed.platform
