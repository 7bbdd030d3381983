/*
title: New voices
question: How many took part who never had before?
unit: share of contributors
phases: week, against every phase of the campaign's earlier editions
formula: Contributors of the week (accounts and bylines) with no item in any earlier edition of the campaign, divided by the
    contributors compared. Only platforms that also have items of an earlier edition are compared. On any other everybody
    would look new. Not available where there is none. A count of 1 to 9 people, new or returning, is withheld, with its
    share. Then those of every platform are withheld too, from which it could be worked out.
source: Project's own definition
version: 2
chart: shares
headline: {share} of the contributors are new voices
column: platform — platform, or all of them together
column: new_voices — contributors with no item in an earlier edition; withheld where few are new, or few are not
column: compared — contributors on platforms that an earlier edition has items of
column: share — new voices, of the contributors compared; withheld with them
column: contributors — all contributors
finish: new_voices
*/
WITH this AS (
    SELECT campaign_id, year FROM editions WHERE id = :edition
),
voices AS (
    SELECT DISTINCT posts.platform, posts.author_id
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND posts.author_id IS NOT NULL
),
-- CROSS JOIN keeps the order in which SQLite looks: from this week's voices to their own earlier posts, by index.
returning_voices AS (
    SELECT voices.author_id
    FROM voices
    WHERE EXISTS (
        SELECT 1
        FROM posts
        CROSS JOIN edition_posts AS membership
        CROSS JOIN editions AS earlier
        CROSS JOIN this
        WHERE posts.author_id = voices.author_id
            AND posts.hidden_reason IS NULL
            AND membership.post_id = posts.id
            AND membership.role = 'tagged'
            AND earlier.id = membership.edition_id
            AND earlier.campaign_id = this.campaign_id
            AND earlier.year < this.year
    )
),
met_before AS (
    SELECT week_platforms.platform
    FROM (SELECT DISTINCT platform FROM voices) AS week_platforms
    WHERE EXISTS (
        SELECT 1
        FROM authors
        CROSS JOIN posts
        CROSS JOIN edition_posts AS membership
        CROSS JOIN editions AS earlier
        CROSS JOIN this
        WHERE authors.platform = week_platforms.platform
            AND posts.author_id = authors.id
            AND posts.hidden_reason IS NULL
            AND membership.post_id = posts.id
            AND membership.role = 'tagged'
            AND earlier.id = membership.edition_id
            AND earlier.campaign_id = this.campaign_id
            AND earlier.year < this.year
    )
),
judged AS (
    SELECT
        voices.platform,
        CASE WHEN met_before.platform IS NULL THEN 0 ELSE 1 END AS compared,
        CASE
            WHEN met_before.platform IS NULL THEN NULL
            WHEN returning_voices.author_id IS NULL THEN 1
            ELSE 0
        END AS new_voice
    FROM voices
    LEFT JOIN met_before ON met_before.platform = voices.platform
    LEFT JOIN returning_voices ON returning_voices.author_id = voices.author_id
),
parts AS (
    SELECT platform, compared, new_voice FROM judged
    UNION ALL
    SELECT 'all' AS platform, compared, new_voice FROM judged
),
summed AS (
    SELECT platform, SUM(new_voice) AS new_voices, SUM(compared) AS compared, COUNT(*) AS contributors
    FROM parts
    GROUP BY platform
),
-- Fewer than 10 people are not printed, nor what would give them away: the threshold of `small_counts.py`.
marked AS (
    SELECT
        platform,
        new_voices,
        compared,
        contributors,
        CASE WHEN new_voices BETWEEN 1 AND 9 THEN 1 ELSE 0 END AS few_new,
        CASE WHEN new_voices BETWEEN 1 AND 9 OR compared - new_voices BETWEEN 1 AND 9 THEN 1 ELSE 0 END AS few
    FROM summed
),
anywhere AS (
    SELECT MAX(few) AS few FROM marked
),
decided AS (
    SELECT
        marked.platform,
        marked.new_voices,
        marked.compared,
        marked.contributors,
        CASE
            WHEN marked.new_voices IS NULL THEN NULL
            WHEN marked.platform <> 'all' AND anywhere.few = 1 THEN 'withheld'
            WHEN marked.few_new = 1 THEN 'fewer than 10'
            WHEN marked.few = 1 THEN 'withheld'
        END AS instead
    FROM marked
    CROSS JOIN anywhere
)
SELECT
    platform,
    CASE WHEN instead IS NULL THEN new_voices END AS new_voices,
    compared,
    CASE WHEN instead IS NULL AND compared > 0 THEN CAST(new_voices AS DOUBLE) / compared END AS share,
    contributors,
    instead
FROM decided
WHERE :platform = '' OR platform = :platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, contributors DESC, platform
