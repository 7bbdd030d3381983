/*
title: Organisations that took part
question: Which of the registered organisations published, and how much?
unit: items
phases: week
formula: Items of the week by each registered organisation's accounts and blogs, and their share of all items of the week.
    Only registered organisations are named. Everybody else is counted in the total and never listed.
source: Project's own definition; AMEC Integrated Evaluation Framework, "outputs"
version: 1
chart: bars
headline: {organisation} published most among registered organisations: {items} items
column: organisation — name of the registered organisation
column: organiser — 1 for the campaign's organiser, else 0
column: items — items by the organisation
column: items_total — all items of the week
column: share — the organisation's items, of all items
*/
WITH counted AS (
    SELECT authors.organisation_id
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    LEFT JOIN authors ON authors.id = posts.author_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND (:platform = '' OR posts.platform = :platform)
),
total AS (
    SELECT COUNT(*) AS items_total FROM counted
),
summed AS (
    SELECT organisation_id, COUNT(*) AS items
    FROM counted
    WHERE organisation_id IS NOT NULL
    GROUP BY organisation_id
)
SELECT
    organisations.name AS organisation,
    CASE WHEN organisations.id = campaigns.organiser THEN 1 ELSE 0 END AS organiser,
    summed.items,
    total.items_total,
    CAST(summed.items AS DOUBLE) / total.items_total AS share
FROM summed
CROSS JOIN total
JOIN organisations ON organisations.id = summed.organisation_id
JOIN editions ON editions.id = :edition
JOIN campaigns ON campaigns.id = editions.campaign_id
ORDER BY summed.items DESC, organisations.name
