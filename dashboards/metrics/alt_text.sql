/*
title: Images with a text alternative
question: Could people who do not see the images follow?
unit: share of images
phases: week
formula: Images, videos and sounds in items of the week that have a text alternative, divided by those in items of which this
    is known. Where a platform offers no text alternatives, or they are not known, they are counted apart.
source: WCAG 2.2, success criterion 1.1.1
version: 1
chart: shares
headline: {share} of images have a text alternative
column: platform — platform, or all of them together
column: images_with_alt — images, videos and sounds with a text alternative
column: images — images, videos and sounds of which it is known
column: share — those with a text alternative, of those of which it is known
column: images_unknown — images, videos and sounds of which it is not known
*/
WITH counted AS (
    SELECT
        posts.platform,
        SUM(posts.images_with_alt) AS images_with_alt,
        SUM(CASE WHEN posts.images_with_alt IS NOT NULL THEN posts.images END) AS images,
        SUM(CASE WHEN posts.images_with_alt IS NULL THEN posts.images ELSE 0 END) AS images_unknown
    FROM edition_posts AS membership
    JOIN posts ON posts.id = membership.post_id
    WHERE membership.edition_id = :edition
        AND membership.role = 'tagged'
        AND membership.phase = 'week'
        AND posts.hidden_reason IS NULL
        AND posts.images > 0
        AND (:platform = '' OR posts.platform = :platform)
    GROUP BY posts.platform
),
parts AS (
    SELECT platform, images_with_alt, images, images_unknown FROM counted
    UNION ALL
    SELECT 'all' AS platform, images_with_alt, images, images_unknown FROM counted WHERE :platform = ''
)
SELECT
    platform,
    SUM(images_with_alt) AS images_with_alt,
    COALESCE(SUM(images), 0) AS images,
    CAST(SUM(images_with_alt) AS DOUBLE) / SUM(images) AS share,
    SUM(images_unknown) AS images_unknown
FROM parts
GROUP BY platform
ORDER BY CASE WHEN platform = 'all' THEN 0 ELSE 1 END, COALESCE(SUM(images), 0) DESC, platform
