/*
title: Coverage
question: How much of the time did anybody watch each source?
unit: share of the day
phases: lead-up, week and after, each day marked with its phase
formula: Hours of the day's publication time that some round has read from the source, divided by the hours of that day so
    far. A stretch that a platform cut short or does not let us see is not counted as watched. Imported files watch nothing
    and are not listed, nor sources that were given up before the lead-up. Blogs are named where they belong to a
    registered organisation, else numbered.
source: Project's own definition: the coverage ledger
version: 2
chart: coverage
headline:
keep: latest
column: platform — the source's platform
column: source — the source
column: local_day — day in the campaign's time zone
column: phase — lead-up, week or after
column: hours_watched — hours of that day that were watched
column: hours — hours of that day so far
column: share — hours watched, of the day's hours so far
finish: coverage
*/
SELECT
    sources.id AS source_id,
    sources.platform,
    CASE
        WHEN sources.organisation_id IS NOT NULL OR sources.kind IN ('search', 'tag_timeline') THEN sources.title
        WHEN sources.platform = 'blogs' THEN 'Blog no. ' || sources.id
        ELSE 'Source no. ' || sources.id
    END AS source,
    coverage.from_utc,
    coverage.to_utc
FROM editions
CROSS JOIN sources
LEFT JOIN coverage
    ON coverage.source_id = sources.id
    AND coverage.query_hash = sources.query_hash
    AND coverage.state IN ('complete', 'provisional')
    AND coverage.from_utc < editions.after_to_utc
    AND coverage.to_utc > editions.lead_up_from_utc
WHERE editions.id = :edition
    AND (:platform = '' OR sources.platform = :platform)
    AND sources.kind <> 'file'
    AND (
        coverage.from_utc IS NOT NULL
        OR (
            sources.configured = 1
            AND (sources.retired_at IS NULL OR sources.retired_at > editions.lead_up_from_utc)
        )
    )
ORDER BY sources.platform, source, sources.id, coverage.from_utc, coverage.to_utc
