/*
title: Potential audience
question: How many accounts follow those who took part?
unit: share of contributors
phases: week
formula: Contributors of the week whose number of followers is known, divided by all contributors. The accounts that follow at
    least one of them are no fewer than the largest of those numbers and no more than their sum, for each platform alone.
    Followers are not viewers: many do not look, and others see posts without following.
source: Project's own definition: the bounds of a union of sets; no multiplier, nothing estimated
version: 1
chart: shares
headline: Follower numbers are known for {share} of the contributors
column: platform — platform, or all of them together
column: contributors_known — contributors whose number of followers is known
column: contributors — all contributors
column: share — contributors whose followers are known, of all contributors
column: at_least — the largest number of followers of one contributor; not available where none is known, and for all platforms
column: at_most — the sum of the known numbers of followers; not available where none is known, and for all platforms
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
)
SELECT
    platform,
    COUNT(followers) AS contributors_known,
    COUNT(*) AS contributors,
    CAST(COUNT(followers) AS DOUBLE) / COUNT(*) AS share,
    CASE WHEN platform <> 'all' THEN MAX(followers) END AS at_least,
    CASE WHEN platform <> 'all' THEN SUM(followers) END AS at_most
FROM parts
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, COUNT(*) DESC, platform
