/*
title: Hashtags
question: Which hashtags were used, and how were they written?
unit: items
phases: week
formula: Items of the week that carry the hashtag, whatever its capitals, and their share of all items of the week. A use is
    one way of writing it in one item; the share in lower case is uses without any capital divided by all uses. Listed are
    the 50 in most items, only where at least two contributors or a registered organisation used them; one that is also the
    account name of a person who took part only where ten contributors used it.
source: Project's own definition; GOV.UK and RNIB advice on capitals in hashtags
version: 1
chart: bars
headline: {hashtag} stood in {items} of the week's {items_total} items
column: hashtag — as it is written most often
column: camel_case — as it is written most often with capitals inside, which screen readers need; not available where nobody does
column: items — items that carry it
column: items_total — all items of the week
column: share — items that carry it, of all items
column: lower_case_uses — uses without any capital
column: uses — all uses
column: lower_case_share — uses without any capital, of all uses
*/
WITH counted AS (
    SELECT posts.id AS post_id, posts.author_id, authors.organisation_id, authors.handle
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
people AS (
    SELECT DISTINCT LOWER(SUBSTR(handle, 1, INSTR(handle || '@', '@') - 1)) AS account
    FROM counted
    WHERE organisation_id IS NULL AND handle IS NOT NULL
),
uses AS (
    SELECT DISTINCT
        tagged.hashtag_id,
        tagged.as_written,
        hashtags.folded,
        counted.post_id,
        counted.author_id,
        counted.organisation_id
    FROM counted
    JOIN post_hashtags AS tagged ON tagged.post_id = counted.post_id
    JOIN hashtags ON hashtags.id = tagged.hashtag_id
),
spelled AS (
    SELECT
        hashtag_id,
        as_written,
        CASE
            WHEN SUBSTR(as_written, 2) <> SUBSTR(folded, 2) AND as_written <> UPPER(as_written) THEN 1 ELSE 0
        END AS capitals_inside,
        COUNT(*) AS uses
    FROM uses
    GROUP BY hashtag_id, as_written, folded
),
ranked AS (
    SELECT
        hashtag_id,
        as_written,
        capitals_inside,
        ROW_NUMBER() OVER (PARTITION BY hashtag_id ORDER BY uses DESC, as_written) AS place,
        ROW_NUMBER() OVER (PARTITION BY hashtag_id ORDER BY capitals_inside DESC, uses DESC, as_written) AS place_inside
    FROM spelled
),
named AS (
    SELECT
        hashtag_id,
        MAX(CASE WHEN place = 1 THEN as_written END) AS hashtag,
        MAX(CASE WHEN place_inside = 1 AND capitals_inside = 1 THEN as_written END) AS camel_case
    FROM ranked
    GROUP BY hashtag_id
),
summed AS (
    SELECT
        hashtag_id,
        folded,
        COUNT(DISTINCT author_id) AS contributors,
        COUNT(DISTINCT post_id) AS items,
        SUM(CASE WHEN as_written = folded THEN 1 ELSE 0 END) AS lower_case_uses,
        COUNT(*) AS uses
    FROM uses
    GROUP BY hashtag_id, folded
    HAVING COUNT(DISTINCT author_id) >= 2 OR MAX(organisation_id) IS NOT NULL
)
SELECT
    named.hashtag,
    named.camel_case,
    summed.items,
    total.items_total,
    CAST(summed.items AS DOUBLE) / total.items_total AS share,
    summed.lower_case_uses,
    summed.uses,
    CAST(summed.lower_case_uses AS DOUBLE) / summed.uses AS lower_case_share
FROM summed
JOIN named ON named.hashtag_id = summed.hashtag_id
CROSS JOIN total
WHERE summed.contributors >= 10 OR summed.folded NOT IN (SELECT account FROM people)
ORDER BY summed.items DESC, named.hashtag
LIMIT 50
