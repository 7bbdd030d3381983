/*
title: Hashtags that screen readers can say
question: How many hashtags of several words have a capital for each word?
unit: share of uses
phases: week
formula: Uses of hashtags of several words, written with capitals inside (#CoProWeek), divided by all uses of such hashtags.
    A hashtag counts as several words when anybody in the week wrote it with a capital inside that is not all capitals.
    A use is one way of writing a hashtag in one item.
source: Project's own definition; GOV.UK and RNIB advice on capitals in hashtags
version: 1
chart: shares
headline: {share} of hashtags of several words have capitals inside
column: platform — platform, or all of them together
column: camel_case_uses — uses with capitals inside
column: uses — all uses of hashtags of several words
column: share — uses with capitals inside, of all those uses
*/
WITH uses AS (
    SELECT DISTINCT
        posts.platform,
        posts.id AS post_id,
        tagged.hashtag_id,
        tagged.as_written,
        CASE
            WHEN SUBSTR(tagged.as_written, 2) <> SUBSTR(hashtags.folded, 2)
                AND tagged.as_written <> UPPER(tagged.as_written) THEN 1 ELSE 0
        END AS capitals_inside
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    JOIN post_hashtags AS tagged ON tagged.post_id = posts.id
    JOIN hashtags ON hashtags.id = tagged.hashtag_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
),
several_words AS (
    SELECT DISTINCT hashtag_id FROM uses WHERE capitals_inside = 1
),
counted AS (
    SELECT uses.platform, uses.capitals_inside
    FROM uses
    JOIN several_words ON several_words.hashtag_id = uses.hashtag_id
    WHERE :platform = '' OR uses.platform = :platform
),
parts AS (
    SELECT platform, capitals_inside FROM counted
    UNION ALL
    SELECT 'all' AS platform, capitals_inside FROM counted WHERE :platform = ''
)
SELECT
    platform,
    SUM(capitals_inside) AS camel_case_uses,
    COUNT(*) AS uses,
    CAST(SUM(capitals_inside) AS DOUBLE) / COUNT(*) AS share
FROM parts
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, COUNT(*) DESC, platform
