/*
title: Hashtags that screen readers can say
question: How many hashtags of several words have a capital for each word?
unit: share of uses
phases: week
formula: Uses of hashtags of several words, written with capitals inside (#CoProWeek), divided by all uses of such hashtags.
    A hashtag counts as several words when anybody in the week wrote it with a capital inside that is not all capitals.
    A use is a hashtag in an item; where the item writes it in several ways, the one with capitals counts.
source: Project's own definition; GOV.UK and RNIB advice on capitals in hashtags
version: 1
chart: shares
headline: {share} of hashtags of several words have capitals inside
column: platform — platform, or all of them together
column: camel_case_uses — uses with capitals inside
column: uses — all uses of hashtags of several words
column: share — uses with capitals inside, of all those uses
*/
WITH carried AS (
    SELECT
        posts.platform,
        membership.post_id,
        tagged.hashtag_id,
        MIN(tagged.as_written) AS as_written
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    JOIN post_hashtags AS tagged ON tagged.post_id = membership.post_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
    GROUP BY membership.post_id, tagged.hashtag_id, posts.platform
),
spelled AS (
    SELECT platform, hashtag_id, as_written, COUNT(*) AS uses
    FROM carried
    GROUP BY platform, hashtag_id, as_written
),
judged AS (
    SELECT
        spelled.platform,
        spelled.hashtag_id,
        spelled.uses,
        CASE
            WHEN SUBSTR(spelled.as_written, 2) <> SUBSTR(hashtags.folded, 2)
                AND spelled.as_written <> UPPER(spelled.as_written) THEN 1
            ELSE 0
        END AS capitals_inside
    FROM spelled
    JOIN hashtags ON hashtags.id = spelled.hashtag_id
),
several_words AS (
    SELECT DISTINCT hashtag_id FROM judged WHERE capitals_inside = 1
),
counted AS (
    SELECT judged.platform, judged.uses, judged.uses * judged.capitals_inside AS camel_case_uses
    FROM judged
    JOIN several_words ON several_words.hashtag_id = judged.hashtag_id
    WHERE :platform = '' OR judged.platform = :platform
),
parts AS (
    SELECT platform, uses, camel_case_uses FROM counted
    UNION ALL
    SELECT 'all' AS platform, uses, camel_case_uses FROM counted WHERE :platform = ''
)
SELECT
    platform,
    SUM(camel_case_uses) AS camel_case_uses,
    SUM(uses) AS uses,
    CAST(SUM(camel_case_uses) AS DOUBLE) / SUM(uses) AS share
FROM parts
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, SUM(uses) DESC, platform
