-- What a conflict is about: of an edit or a deletion the task and, as the
-- provider calls it, the event. at_provider says whether approving removals
-- deletes events at the provider, because tasks went, or forgets events here,
-- because the calendar lost them.
ALTER TABLE calendar_sync_conflicts ADD COLUMN task_id TEXT;
ALTER TABLE calendar_sync_conflicts ADD COLUMN external_id TEXT;
ALTER TABLE calendar_sync_conflicts ADD COLUMN at_provider INTEGER NOT NULL DEFAULT 0
    CHECK (at_provider IN (0, 1));

DROP INDEX calendar_sync_conflicts_mass_delete;

-- The removals of a calendar wait under one question at most, on either side.
CREATE UNIQUE INDEX calendar_sync_conflicts_mass_delete
    ON calendar_sync_conflicts (calendar_id, at_provider)
    WHERE kind = 'mass_delete' AND resolution_status = 'open';

-- A task has one open question at most.
CREATE UNIQUE INDEX calendar_sync_conflicts_by_task
    ON calendar_sync_conflicts (task_id)
    WHERE task_id IS NOT NULL AND resolution_status = 'open';

-- The deletion of an event that waits for approval, and the question about it.
ALTER TABLE outbox ADD COLUMN parked_by TEXT;

-- Whether the last attempt was refused for certain, so that it made nothing.
ALTER TABLE outbox ADD COLUMN refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1));

-- A write is on record before it is sent: 'sent' is one whose answer never came.
-- Its entry of the outbox is named, so that the answer finds it.
CREATE TABLE calendar_writes_new (
    id          INTEGER PRIMARY KEY,
    outbox_id   INTEGER,
    at          TEXT NOT NULL,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id  TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    external_id TEXT,
    task_id     TEXT NOT NULL,
    action      TEXT NOT NULL CHECK (action IN ('create', 'update', 'delete')),
    etag_before TEXT,
    etag_after  TEXT,
    outcome     TEXT NOT NULL CHECK (outcome IN ('sent', 'done', 'failed')),
    why         TEXT NOT NULL,
    reason      TEXT
) STRICT;

INSERT INTO calendar_writes_new
SELECT id, NULL, at, user_id, account_id, calendar_id, external_id, task_id, action, etag_before,
       etag_after, outcome, why, reason
FROM calendar_writes;

DROP TABLE calendar_writes;
ALTER TABLE calendar_writes_new RENAME TO calendar_writes;

CREATE INDEX calendar_writes_by_task ON calendar_writes (task_id, at);
CREATE INDEX calendar_writes_by_user ON calendar_writes (user_id);
CREATE INDEX calendar_writes_unanswered ON calendar_writes (outbox_id) WHERE outcome = 'sent';
CREATE INDEX calendar_writes_by_age ON calendar_writes (at);

CREATE INDEX outbox_by_question ON outbox (parked_by) WHERE parked_by IS NOT NULL;
