-- Version 1 of the figures: what was computed. Written only by dashboards/figures.py; can be thrown away and made again.
--
-- As in the archive's own tables, the comments are the descriptions that Datasette and the documentation show.

CREATE TABLE figures (
    -- A metric's result for one edition, as it stood for a time. Counts only: no individual's words or name.
    id INTEGER PRIMARY KEY,           -- internal number; of one figure's values the highest is the latest
    metric TEXT NOT NULL,             -- which metric, by its file's name
    metric_version INTEGER NOT NULL,  -- version of its definition
    edition_id TEXT NOT NULL REFERENCES editions(id) ON DELETE CASCADE, -- the edition
    platform TEXT NOT NULL,           -- the platform; empty for all of them
    since TEXT NOT NULL,              -- when it was first computed with this value
    as_at TEXT NOT NULL,              -- when it was last computed and still had this value
    archive_changed_at TEXT NOT NULL, -- the edition's latest change that it takes into account
    columns TEXT NOT NULL,            -- names of the columns, as JSON
    rows TEXT NOT NULL,               -- the rows, as JSON
    coverage REAL,                    -- share of the time so far that was watched, 0 to 1
    unwatched TEXT NOT NULL,          -- stretches that nobody watched: platform, from, to, as JSON
    headline TEXT NOT NULL,           -- the trend in a sentence
    summary TEXT NOT NULL,            -- the chart in words
    revision INTEGER                  -- NULL while the edition is open; then 1, and one more for each value after that
) STRICT;
CREATE INDEX figures_by_edition ON figures (edition_id, metric, platform, id);

CREATE TABLE figure_drawings (
    -- The drawn chart of the latest value of each figure.
    figure_id INTEGER PRIMARY KEY REFERENCES figures(id) ON DELETE CASCADE, -- the value
    style INTEGER NOT NULL,           -- version of the drawing's style
    svg TEXT NOT NULL                 -- the drawing
) STRICT;
