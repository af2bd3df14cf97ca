-- The application's tasks; the application writes this table itself, and needs
-- to give no more than the two ids. start_date and end_date are instants
-- (2026-03-29T07:00:00Z) or, for a task that takes whole days, days (2026-03-29),
-- the end being the day after the last. Without a start a task is not scheduled;
-- without a zone it is the user's.
CREATE TABLE tasks (
    id               TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    user_id          TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title            TEXT,
    description      TEXT,
    location         TEXT,
    start_date       TEXT,
    end_date         TEXT,
    all_day          INTEGER NOT NULL DEFAULT 0 CHECK (all_day IN (0, 1)),
    timezone         TEXT,
    status           TEXT NOT NULL DEFAULT 'open',
    reminder_minutes INTEGER CHECK (reminder_minutes BETWEEN 0 AND 4294967295),
    updated_at       TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    deleted_at       TEXT
) STRICT;

CREATE INDEX tasks_by_user ON tasks (user_id);
