/*
title: The organiser's share
question: How much of the week was the organiser's own voice?
unit: share of items
phases: week
formula: Items of the week by accounts and blogs that are registered as the organiser's, divided by all items of the week.
    Not available where the campaign names no organiser.
source: Project's own definition
version: 1
chart: shares
headline: The organiser published {share} of the week's items
column: platform — platform, or all of them together
column: organiser_items — items by the organiser
column: items — all items
column: share — the organiser's items, of all items
*/
WITH counted AS (
    SELECT
        posts.platform,
        SUM(CASE
            WHEN campaigns.organiser IS NULL THEN NULL
            WHEN authors.organisation_id = campaigns.organiser THEN 1
            ELSE 0
        END) AS organiser_items,
        COUNT(*) AS items
    FROM edition_posts AS membership
    JOIN editions ON editions.id = membership.edition_id
    JOIN campaigns ON campaigns.id = editions.campaign_id
    JOIN posts ON posts.id = membership.post_id
    LEFT JOIN authors ON authors.id = posts.author_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND (:platform = '' OR posts.platform = :platform)
    GROUP BY posts.platform
),
parts AS (
    SELECT platform, organiser_items, items FROM counted
    UNION ALL
    SELECT 'all' AS platform, organiser_items, items FROM counted WHERE :platform = ''
)
SELECT
    platform,
    SUM(organiser_items) AS organiser_items,
    SUM(items) AS items,
    CAST(SUM(organiser_items) AS DOUBLE) / SUM(items) AS share
FROM parts
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, SUM(items) DESC, platform
