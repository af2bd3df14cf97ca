-- Accounts are told apart by the provider's subject: an address may be given to
-- another person. Only while no subject is known it is the address that counts.
-- An account that was removed has no tokens. told_at is when the hook was last
-- run for what is the matter with it now. grants counts how often it was allowed:
-- what is found out of an older consent says nothing of a newer one. The table is built anew, for which
-- foreign keys have to be off: otherwise it would take everything along.
DROP VIEW calendar_timeline;

CREATE TABLE accounts_new (
    id                TEXT NOT NULL PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider          TEXT NOT NULL CHECK (provider IN ('google', 'microsoft')),
    subject           TEXT,
    email             TEXT NOT NULL COLLATE NOCASE,
    refresh_token     TEXT,
    access_token      TEXT,
    access_expires_at TEXT,
    token_revision    INTEGER NOT NULL DEFAULT 1,
    scopes            TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(scopes)),
    status            TEXT NOT NULL DEFAULT 'active'
                      CHECK (status IN ('active', 'needs_reauth', 'disabled')),
    status_reason     TEXT,
    status_at         TEXT,
    told_at           TEXT,
    rest_until        TEXT,
    discovered_at     TEXT,
    grants            INTEGER NOT NULL DEFAULT 1,
    CHECK (status = 'disabled' OR refresh_token IS NOT NULL)
) STRICT;

-- Where two are the same login, because its address changed, the usable one, or
-- else the newest, keeps the subject.
INSERT INTO accounts_new
    (id, user_id, provider, subject, email, refresh_token, access_token, access_expires_at,
     token_revision, scopes, status, status_reason, status_at, rest_until, discovered_at)
SELECT id, user_id, provider,
       CASE WHEN NOT EXISTS (
           SELECT 1 FROM accounts b
           WHERE b.user_id = a.user_id AND b.provider = a.provider AND b.subject = a.subject
             AND (b.status = 'active', b.id) > (a.status = 'active', a.id)) THEN subject END,
       email, refresh_token, access_token, access_expires_at, token_revision, scopes, status,
       status_reason, status_at, rest_until, discovered_at
FROM accounts a;

DROP TABLE accounts;
ALTER TABLE accounts_new RENAME TO accounts;

CREATE UNIQUE INDEX accounts_subject
    ON accounts (user_id, provider, subject) WHERE subject IS NOT NULL;
CREATE UNIQUE INDEX accounts_address
    ON accounts (user_id, provider, email) WHERE subject IS NULL;
CREATE INDEX accounts_by_address ON accounts (user_id, provider, email);
CREATE INDEX accounts_untold
    ON accounts (status_at) WHERE status = 'needs_reauth' AND told_at IS NULL;

-- What the application reads: active calendars of accounts that are not put out
-- of use. An occurrence of a hidden
-- event is left out while the event that is kept stands there in its stead: at
-- the same moment itself or, of a series, by an exception; in the stead of a
-- hidden exception, whenever the kept one takes place.
CREATE VIEW calendar_timeline AS
SELECT o.user_id, o.calendar_id, c.provider, o.event_id, e.title, e.location,
       o.starts_at, o.ends_at, o.start_date, o.end_date, o.all_day, o.busy,
       CASE WHEN e.response_status = 'declined' THEN 'declined' ELSE e.status END AS status
FROM calendar_occurrences o
JOIN calendar_events e ON e.id = o.event_id
JOIN calendars c ON c.id = o.calendar_id AND c.is_active = 1
JOIN accounts a ON a.id = c.account_id AND a.status <> 'disabled'
WHERE e.hidden_by IS NULL
   OR NOT EXISTS (
      SELECT 1
      FROM calendar_sync_conflicts q
      JOIN calendar_events k ON k.id = q.event_id
      JOIN calendars kc ON kc.id = k.calendar_id AND kc.is_active = 1 AND kc.is_listed = 1
      JOIN accounts ka ON ka.id = kc.account_id AND ka.status <> 'disabled'
      WHERE q.id = e.hidden_by
        AND k.removed_at IS NULL AND k.status <> 'cancelled'
        AND k.parked_by IS NULL AND k.hidden_by IS NULL
        AND (EXISTS (
                SELECT 1 FROM calendar_occurrences ko
                WHERE ko.event_id = k.id
                  AND (e.series_external_id IS NOT NULL
                       OR coalesce(ko.starts_at, ko.start_date)
                          = coalesce(o.starts_at, o.start_date)))
             OR (e.recurrence IS NOT NULL AND EXISTS (
                SELECT 1
                FROM calendar_events x
                JOIN calendar_occurrences xo ON xo.event_id = x.id
                WHERE x.calendar_id = k.calendar_id AND x.series_external_id = k.external_id
                  AND x.original_start = coalesce(o.starts_at, o.start_date)
                  AND x.parked_by IS NULL AND x.hidden_by IS NULL))));
