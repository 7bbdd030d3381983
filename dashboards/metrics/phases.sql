/*
title: Items by phase
question: How much came before, during and after the week?
unit: items
phases: early, lead-up, week and after, each on its own
formula: Items by the phase in which they were published: early (since the previous edition ended), lead-up, the week itself,
    and after. A phase that has not begun, or that nobody watched, shows "not available".
source: Project's own definition; windows after Havelka and others 2020
version: 1
chart: phases
headline:
column: phase — early, lead-up, week or after
column: from_day — its first day
column: to_day — its last day
column: items — items published in it
finish: phases
*/
SELECT membership.phase, COUNT(*) AS items
FROM edition_posts AS membership
JOIN posts ON posts.id = membership.post_id
WHERE membership.edition_id = :edition
    AND membership.role = 'tagged'
    AND posts.hidden_reason IS NULL
    AND (:platform = '' OR posts.platform = :platform)
GROUP BY membership.phase
ORDER BY membership.phase
