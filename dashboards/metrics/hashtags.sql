/*
title: Hashtags
question: Which hashtags were used, and how were they written?
unit: items
phases: week
formula: Items of the week that carry the hashtag, whatever its capitals, and their share of all items of the week. Beside it
    the items that write it without any capital; an item that writes it in several ways counts as the one with capitals.
    Listed are the 50 in most items, where at least two contributors or a registered organisation used them. The account
    name of a person who took part is not listed. The campaign's own hashtags always are. How many are not listed, so that
    none leads to a person, stands beside.
source: Project's own definition; GOV.UK and RNIB advice on capitals in hashtags
version: 2
chart: bars
headline: {hashtag} stood in {items} of the week's {items_total} items
column: hashtag — as it is written most often
column: camel_case — as it is written most often with capitals inside, which screen readers need; not available where nobody does
column: items — items that carry it
column: items_total — items of the week
column: share — items that carry it, of all items
column: lower_case_items — items that write it without any capital
column: lower_case_share — items that write it without any capital, of the items that carry it
column: not_listed — hashtags of the week that are not listed because one person alone used them or is called so
*/
WITH counted AS (
    SELECT membership.post_id, posts.author_id, authors.organisation_id
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
-- Capitals sort before small letters, so the least of several ways of writing is the one with the most of them in front.
carried AS (
    SELECT
        counted.post_id,
        tagged.hashtag_id,
        MIN(tagged.as_written) AS as_written,
        MIN(counted.author_id) AS author_id,
        MIN(counted.organisation_id) AS organisation_id
    FROM counted
    JOIN post_hashtags AS tagged ON tagged.post_id = counted.post_id
    GROUP BY counted.post_id, tagged.hashtag_id
),
spelled AS (
    SELECT
        hashtag_id,
        as_written,
        COUNT(*) AS items,
        MIN(author_id) AS first_author,
        MAX(author_id) AS last_author,
        MAX(organisation_id) AS organisation_id
    FROM carried
    GROUP BY hashtag_id, as_written
),
ranked AS (
    SELECT
        spelled.hashtag_id,
        spelled.as_written,
        hashtags.folded,
        spelled.items,
        spelled.first_author,
        spelled.last_author,
        spelled.organisation_id,
        ROW_NUMBER() OVER (
            PARTITION BY spelled.hashtag_id ORDER BY spelled.items DESC, spelled.as_written
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY
                spelled.hashtag_id,
                CASE
                    WHEN SUBSTR(spelled.as_written, 2) <> SUBSTR(hashtags.folded, 2)
                        AND spelled.as_written <> UPPER(spelled.as_written) THEN 1
                    ELSE 0
                END
            ORDER BY spelled.items DESC, spelled.as_written
        ) AS place_alike,
        CASE
            WHEN SUBSTR(spelled.as_written, 2) <> SUBSTR(hashtags.folded, 2)
                AND spelled.as_written <> UPPER(spelled.as_written) THEN 1
            ELSE 0
        END AS capitals_inside
    FROM spelled
    JOIN hashtags ON hashtags.id = spelled.hashtag_id
),
summed AS (
    SELECT
        folded,
        CASE WHEN MIN(first_author) <> MAX(last_author) OR MAX(organisation_id) IS NOT NULL THEN 1 ELSE 0 END AS shared,
        MAX(CASE WHEN place = 1 THEN as_written END) AS hashtag,
        MAX(CASE WHEN place_alike = 1 AND capitals_inside = 1 THEN as_written END) AS camel_case,
        SUM(items) AS items,
        SUM(CASE WHEN as_written = folded THEN items ELSE 0 END) AS lower_case_items
    FROM ranked
    GROUP BY hashtag_id, folded
),
account_names AS (
    SELECT LOWER(SUBSTR(authors.handle, 1, INSTR(authors.handle || '@', '@') - 1)) AS name
    FROM (SELECT DISTINCT author_id FROM counted WHERE organisation_id IS NULL) AS people
    JOIN authors ON authors.id = people.author_id
    WHERE authors.handle IS NOT NULL
),
own_hashtags AS (
    SELECT campaign_terms.folded
    FROM campaign_terms
    JOIN editions ON editions.campaign_id = campaign_terms.campaign_id
    WHERE editions.id = :edition AND campaign_terms.kind = 'hashtag'
),
judged AS (
    SELECT
        summed.hashtag,
        summed.camel_case,
        summed.items,
        summed.lower_case_items,
        CASE
            WHEN summed.folded IN (SELECT folded FROM own_hashtags) THEN 1
            WHEN summed.folded IN (SELECT name FROM account_names) THEN 0
            ELSE summed.shared
        END AS listed
    FROM summed
),
withheld AS (
    SELECT COUNT(*) AS not_listed FROM judged WHERE listed = 0
),
-- Where none is listed and some are not, one row without a hashtag says how many.
shown AS (
    SELECT hashtag, camel_case, items, lower_case_items FROM judged WHERE listed = 1
    UNION ALL
    SELECT NULL AS hashtag, NULL AS camel_case, NULL AS items, NULL AS lower_case_items
    FROM withheld
    WHERE not_listed > 0 AND NOT EXISTS (SELECT 1 FROM judged WHERE listed = 1)
)
SELECT
    shown.hashtag,
    shown.camel_case,
    shown.items,
    total.items_total,
    CAST(shown.items AS DOUBLE) / total.items_total AS share,
    shown.lower_case_items,
    CAST(shown.lower_case_items AS DOUBLE) / shown.items AS lower_case_share,
    withheld.not_listed
FROM shown
CROSS JOIN total
CROSS JOIN withheld
ORDER BY shown.items DESC, shown.hashtag
LIMIT 50
