/*
title: Items by hour of the day
question: When in the day was the week talked about?
unit: items
phases: week, all of its days together
formula: Items of the week by the hour of publication in the campaign's time zone, all days of the week added up. An hour that
    the week has not reached yet, or a week that nobody watched, shows "not available".
source: Project's own definition
version: 1
chart: hours
headline:
column: local_hour — hour of the day, 0 to 23: 9 is from 09:00 until just before 10:00
column: items — items published in that hour
finish: hours
*/
SELECT membership.local_hour, COUNT(*) AS items
FROM edition_posts AS membership
JOIN posts ON posts.id = membership.post_id
WHERE membership.edition_id = :edition
    AND membership.role = 'tagged'
    AND membership.phase = 'week'
    AND posts.hidden_reason IS NULL
    AND (:platform = '' OR posts.platform = :platform)
GROUP BY membership.local_hour
ORDER BY membership.local_hour
