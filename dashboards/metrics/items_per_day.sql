/*
title: Items per day
question: How much was published each day, and where?
unit: items
phases: lead-up, week and after, each day marked with its phase
formula: An item is the first appearance of a post or article that is tagged for the campaign; reposts, likes and comments
    are not items. Items are counted by the day of publication in the campaign's time zone. A day that was watched and
    has none shows 0; a day that nobody watched shows "not available". Watched is the share of the day that was covered. Every
    blog holds other articles, so for blogs it is the mean over all that are asked; an imported platform has none.
source: Social Media Measurement Standards (SMMStandards Conclave), "item"
version: 2
chart: days
headline:
column: local_day — day in the campaign's time zone
column: phase — lead-up, week or after
column: platform — where it was published
column: items — items published there that day; not available where nobody watched that day
column: watched_share — share of the day so far that was watched on this platform; not available where it is only imported
finish: days
*/
SELECT membership.local_day, membership.phase, posts.platform, COUNT(*) AS items
FROM edition_posts AS membership
JOIN posts ON posts.id = membership.post_id
WHERE membership.edition_id = :edition
    AND membership.role = 'tagged'
    AND membership.phase IN ('lead-up', 'week', 'after')
    AND posts.hidden_reason IS NULL
    AND (:platform = '' OR posts.platform = :platform)
GROUP BY membership.local_day, membership.phase, posts.platform
ORDER BY membership.local_day, membership.phase, posts.platform
