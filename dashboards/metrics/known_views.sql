/*
title: Known views
question: Of how much is it known how often it was viewed?
unit: share of items
phases: week
formula: Items of the week whose number of views a platform or an owner states, divided by all items of the week. Beside it the
    stated views, added up for each platform alone: platforms count views differently, and one person may be behind many.
source: Social Media Measurement Standards (SMMStandards Conclave), "impressions": no multiplier, nothing estimated
version: 1
chart: shares
headline: Views are known for {share} of the items
column: platform — platform, or all of them together
column: items_known — items whose views are known
column: items — all items
column: share — items whose views are known, of all items
column: views — stated views of those items; not available where none is known, and never added up across platforms
*/
WITH counted AS (
    SELECT posts.platform, posts.views
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND (:platform = '' OR posts.platform = :platform)
),
parts AS (
    SELECT platform, views FROM counted
    UNION ALL
    SELECT 'all' AS platform, views FROM counted WHERE :platform = ''
)
SELECT
    platform,
    COUNT(views) AS items_known,
    COUNT(*) AS items,
    CAST(COUNT(views) AS DOUBLE) / COUNT(*) AS share,
    CASE WHEN platform <> 'all' THEN SUM(views) END AS views
FROM parts
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, COUNT(*) DESC, platform
