-- Which event stands for which task. A link outlives the row of a task that
-- the application deletes: its event has to be deleted still. A pending one has
-- no event that we know of; base is what both sides last agreed on; task_seen
-- and event_seen are what was last decided on.
CREATE TABLE calendar_links (
    task_id        TEXT NOT NULL PRIMARY KEY,
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    calendar_id    TEXT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    external_id    TEXT,
    event_id       TEXT,
    generation     INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
    state          TEXT NOT NULL CHECK (state IN ('pending', 'open', 'closed')),
    base_task      TEXT CHECK (base_task IS NULL OR json_valid(base_task)),
    base_event     TEXT CHECK (base_event IS NULL OR json_valid(base_event)),
    base_etag      TEXT,
    task_seen      TEXT,
    event_seen     TEXT,
    last_pushed_at TEXT,
    last_pulled_at TEXT,
    CHECK (state <> 'open' OR (external_id IS NOT NULL AND event_id IS NOT NULL
           AND base_task IS NOT NULL AND base_event IS NOT NULL))
) STRICT;

CREATE INDEX calendar_links_by_calendar ON calendar_links (calendar_id, state);
CREATE INDEX calendar_links_by_user ON calendar_links (user_id);
CREATE INDEX calendar_links_by_event ON calendar_links (event_id) WHERE event_id IS NOT NULL;

-- What is decided and not sent yet: one thing for each task, the oldest first.
-- Without next_attempt_at it rests until it is decided anew.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id         TEXT NOT NULL UNIQUE,
    calendar_id     TEXT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    action          TEXT NOT NULL CHECK (json_valid(action)),
    why             TEXT NOT NULL,
    planned_at      TEXT NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 4294967295),
    next_attempt_at TEXT,
    reason          TEXT
) STRICT;

CREATE INDEX outbox_by_calendar ON outbox (calendar_id, next_attempt_at);

-- Every write to a provider; it outlives calendars and accounts, and holds
-- nothing of what a task says.
CREATE TABLE calendar_writes (
    id          INTEGER PRIMARY KEY,
    at          TEXT NOT NULL,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id  TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    external_id TEXT,
    task_id     TEXT NOT NULL,
    action      TEXT NOT NULL CHECK (action IN ('create', 'update', 'delete')),
    etag_before TEXT,
    etag_after  TEXT,
    outcome     TEXT NOT NULL CHECK (outcome IN ('done', 'failed')),
    why         TEXT NOT NULL,
    reason      TEXT
) STRICT;

CREATE INDEX calendar_writes_by_task ON calendar_writes (task_id, at);
CREATE INDEX calendar_writes_by_user ON calendar_writes (user_id);
