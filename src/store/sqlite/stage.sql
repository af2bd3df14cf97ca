-- Beside the database, for this connection alone: gone with the process.

-- It is written and read in the same order: large pages in a small cache do.
PRAGMA temp.page_size = 16384;
PRAGMA temp.cache_size = -4096;

-- What listings brought so far.
CREATE TEMP TABLE stage (
    calendar_id         TEXT NOT NULL,
    external_id         TEXT NOT NULL,
    id                  TEXT NOT NULL,
    change              TEXT NOT NULL,
    series_external_id  TEXT,
    original_start      TEXT,
    etag                TEXT,
    ical_uid            TEXT,
    title               TEXT,
    description         TEXT,
    location            TEXT,
    "start"             TEXT,
    "end"               TEXT,
    all_day             INTEGER,
    timezone            TEXT,
    recurrence          TEXT,
    occurrences         TEXT,
    status              TEXT,
    transparency        TEXT,
    visibility          TEXT,
    organizer_self      INTEGER,
    response_status     TEXT,
    busy                INTEGER,
    attendees           TEXT,
    reminders           TEXT,
    conference_url      TEXT,
    html_link           TEXT,
    provider_updated_at TEXT,
    UNIQUE (calendar_id, external_id)
);

CREATE INDEX temp.stage_removed ON stage (calendar_id, id, external_id) WHERE change = 'removed';
CREATE INDEX temp.stage_exceptions ON stage (calendar_id, external_id, series_external_id)
    WHERE change = 'upsert' AND series_external_id IS NOT NULL;
CREATE INDEX temp.stage_listed ON stage (calendar_id, external_id) WHERE occurrences IS NOT NULL;
CREATE INDEX temp.stage_unreadable ON stage (calendar_id, id) WHERE change = 'unreadable';

-- Occurrences that are listed beside their series, in whose order they are
-- read.
CREATE TEMP TABLE stage_occurrence (
    calendar_id        TEXT NOT NULL,
    external_id        TEXT NOT NULL,
    series_external_id TEXT NOT NULL,
    "start"            TEXT NOT NULL,
    "end"              TEXT NOT NULL,
    -- Whether it came at different times: nothing says which is the newer.
    doubtful           INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (calendar_id, series_external_id, external_id)
) WITHOUT ROWID;

-- The events that an apply removes or parks.
CREATE TEMP TABLE gone (event_id TEXT PRIMARY KEY) WITHOUT ROWID;

-- The events whose part of the timeline an apply builds anew; some of them
-- more than once, for more than one reason.
CREATE TEMP TABLE touched (
    event_id   TEXT NOT NULL,
    what       TEXT NOT NULL,
    stage_row  INTEGER,
    old_series TEXT,
    new_series TEXT,
    -- Whether it may have something in the window.
    near       INTEGER NOT NULL DEFAULT 1
);

