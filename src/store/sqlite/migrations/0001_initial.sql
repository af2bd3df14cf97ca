-- Instants are UTC text: event times to the second (2026-03-29T07:00:00Z),
-- moments that happened to the millisecond (2026-03-29T07:00:00.000Z). Days
-- are 2026-03-29. Ids are text, compared byte for byte.

-- The application's users; the application may write this table itself.
CREATE TABLE users (
    id            TEXT NOT NULL PRIMARY KEY
                  CHECK (length(id) BETWEEN 1 AND 40 AND id NOT GLOB '*[^A-Za-z0-9_-]*'),
    email         TEXT,
    timezone      TEXT NOT NULL DEFAULT 'UTC',
    working_hours TEXT CHECK (working_hours IS NULL OR json_valid(working_hours))
) STRICT;

-- One provider login of a user. Tokens are encrypted (v1.<key>.<base64>).
CREATE TABLE accounts (
    id                TEXT NOT NULL PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider          TEXT NOT NULL CHECK (provider IN ('google', 'microsoft')),
    subject           TEXT,
    email             TEXT NOT NULL COLLATE NOCASE,
    refresh_token     TEXT NOT NULL,
    access_token      TEXT,
    access_expires_at TEXT,
    token_revision    INTEGER NOT NULL DEFAULT 1,
    scopes            TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(scopes)),
    status            TEXT NOT NULL DEFAULT 'active'
                      CHECK (status IN ('active', 'needs_reauth', 'disabled')),
    status_reason     TEXT,
    status_at         TEXT,
    rest_until        TEXT,
    discovered_at     TEXT,
    UNIQUE (user_id, provider, email)
) STRICT;

CREATE TABLE calendars (
    id               TEXT NOT NULL PRIMARY KEY,
    account_id       TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id          TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider         TEXT NOT NULL CHECK (provider IN ('google', 'microsoft')),
    external_id      TEXT NOT NULL,
    name             TEXT NOT NULL,
    timezone         TEXT,
    access_role      TEXT NOT NULL CHECK (
                         access_role IN ('owner', 'writer', 'reader', 'free_busy_reader', 'none')),
    is_primary       INTEGER NOT NULL DEFAULT 0 CHECK (is_primary IN (0, 1)),
    is_listed        INTEGER NOT NULL DEFAULT 1 CHECK (is_listed IN (0, 1)),
    is_active        INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    is_primary_write INTEGER NOT NULL DEFAULT 0 CHECK (is_primary_write IN (0, 1)),
    sync_token       TEXT,
    window_start     TEXT,
    window_end       TEXT,
    last_pulled_at   TEXT,
    failures         INTEGER NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 4294967295),
    next_attempt_at  TEXT,
    backoff_reason   TEXT,
    watch_support    TEXT,
    UNIQUE (account_id, external_id)
) STRICT;

-- A user's new tasks are written to one calendar at most.
CREATE UNIQUE INDEX calendars_primary_write ON calendars (user_id) WHERE is_primary_write = 1;

-- What the provider says: singles, series (recurrence), exceptions
-- (series_external_id, original_start). A removed event keeps its row.
CREATE TABLE calendar_events (
    id                  TEXT NOT NULL PRIMARY KEY,
    calendar_id         TEXT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    external_id         TEXT NOT NULL,
    series_external_id  TEXT,
    original_start      TEXT,
    etag                TEXT,
    ical_uid            TEXT,
    title               TEXT,
    description         TEXT,
    location            TEXT,
    "start"             TEXT,
    "end"               TEXT,
    all_day             INTEGER NOT NULL CHECK (all_day IN (0, 1)),
    timezone            TEXT,
    recurrence          TEXT,
    status              TEXT NOT NULL CHECK (status IN ('confirmed', 'tentative', 'cancelled')),
    transparency        TEXT NOT NULL CHECK (transparency IN ('opaque', 'transparent')),
    visibility          TEXT,
    organizer_self      INTEGER NOT NULL CHECK (organizer_self IN (0, 1)),
    response_status     TEXT,
    busy                INTEGER NOT NULL CHECK (busy IN (0, 1)),
    attendees           TEXT NOT NULL DEFAULT '[]',
    reminders           TEXT,
    conference_url      TEXT,
    html_link           TEXT,
    provider_updated_at TEXT,
    removed_at          TEXT,
    parked_by           TEXT
) STRICT;

CREATE INDEX calendar_events_by_calendar
    ON calendar_events (calendar_id, removed_at, status, parked_by);
CREATE INDEX calendar_events_by_series
    ON calendar_events (calendar_id, series_external_id) WHERE series_external_id IS NOT NULL;

-- The concrete timeline inside each calendar's window, one row an occurrence.
CREATE TABLE calendar_occurrences (
    user_id     TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    event_id    TEXT NOT NULL REFERENCES calendar_events (id) ON DELETE CASCADE,
    starts_at   TEXT,
    ends_at     TEXT,
    start_date  TEXT,
    end_date    TEXT,
    all_day     INTEGER NOT NULL CHECK (all_day IN (0, 1)),
    busy        INTEGER NOT NULL CHECK (busy IN (0, 1))
) STRICT;

CREATE INDEX calendar_occurrences_by_event ON calendar_occurrences (event_id);
CREATE INDEX calendar_occurrences_timed
    ON calendar_occurrences (user_id, starts_at) WHERE all_day = 0;
CREATE INDEX calendar_occurrences_all_day
    ON calendar_occurrences (user_id, start_date) WHERE all_day = 1;

-- What the application reads: active calendars only.
CREATE VIEW calendar_timeline AS
SELECT o.user_id, o.calendar_id, c.provider, o.event_id, e.title, e.location,
       o.starts_at, o.ends_at, o.start_date, o.end_date, o.all_day, o.busy,
       CASE WHEN e.response_status = 'declined' THEN 'declined' ELSE e.status END AS status
FROM calendar_occurrences o
JOIN calendar_events e ON e.id = o.event_id
JOIN calendars c ON c.id = o.calendar_id AND c.is_active = 1;

-- One row a user; the application may write this table itself.
CREATE TABLE calendar_preferences (
    user_id                TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    auto_sync_enabled      INTEGER NOT NULL DEFAULT 1 CHECK (auto_sync_enabled IN (0, 1)),
    sync_frequency_minutes INTEGER NOT NULL DEFAULT 10
                           CHECK (sync_frequency_minutes BETWEEN 0 AND 4294967295),
    conflict_strategy      TEXT NOT NULL DEFAULT 'prefer_newest' CHECK (
                               conflict_strategy IN
                                   ('prefer_newest', 'prefer_task', 'prefer_calendar', 'manual')),
    duplicate_strategy     TEXT NOT NULL DEFAULT 'manual' CHECK (
                               duplicate_strategy IN
                                   ('manual', 'prefer_google', 'prefer_microsoft', 'prefer_newest')),
    write_enabled          INTEGER NOT NULL DEFAULT 0 CHECK (write_enabled IN (0, 1)),
    past_days              INTEGER CHECK (past_days BETWEEN 0 AND 4294967295),
    future_days            INTEGER CHECK (future_days BETWEEN 0 AND 4294967295)
) STRICT;

-- How the last sync of each user went.
CREATE TABLE calendar_sync_status (
    user_id      TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    last_sync_at TEXT,
    sync_status  TEXT NOT NULL
                 CHECK (sync_status IN ('pending', 'success', 'partial_failure', 'failure')),
    counts       TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
    errors       TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(errors)),
    updated_at   TEXT NOT NULL
) STRICT;

-- Questions that only a person can answer.
CREATE TABLE calendar_sync_conflicts (
    id                TEXT NOT NULL PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    calendar_id       TEXT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    kind              TEXT NOT NULL
                      CHECK (kind IN ('edit', 'edit_delete', 'duplicate', 'mass_delete')),
    summary           TEXT NOT NULL,
    base              TEXT,
    ours              TEXT,
    theirs            TEXT,
    resolution_status TEXT NOT NULL DEFAULT 'open'
                      CHECK (resolution_status IN ('open', 'resolved', 'moot')),
    strategy          TEXT,
    detected_at       TEXT NOT NULL,
    resolved_at       TEXT
) STRICT;

-- The removals of a calendar wait under one question at most.
CREATE UNIQUE INDEX calendar_sync_conflicts_mass_delete
    ON calendar_sync_conflicts (calendar_id)
    WHERE kind = 'mass_delete' AND resolution_status = 'open';

CREATE TABLE leases (
    name    TEXT NOT NULL PRIMARY KEY,
    owner   TEXT NOT NULL,
    "until" TEXT NOT NULL
) STRICT;

-- The history of cycles.
CREATE TABLE job_runs (
    id          INTEGER PRIMARY KEY,
    job         TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('ok', 'partial', 'failed', 'deferred', 'skipped')),
    started_at  TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    counts      TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
    failures    TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(failures))
) STRICT;

CREATE INDEX job_runs_by_job ON job_runs (job, started_at);
