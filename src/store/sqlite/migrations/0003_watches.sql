-- Google's channels and Graph's subscriptions, written before they are asked
-- for. Without external_id the provider has not answered yet. callback tells
-- apart where they deliver, and under which secret.
CREATE TABLE webhook_subscriptions (
    id           TEXT NOT NULL PRIMARY KEY,
    provider     TEXT NOT NULL CHECK (provider IN ('google', 'microsoft')),
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    calendar_id  TEXT NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
    external_id  TEXT,
    resource_id  TEXT,
    state        TEXT NOT NULL CHECK (state IN ('requested', 'active', 'stopping')),
    callback     TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    expires_at   TEXT
) STRICT;

CREATE INDEX webhook_subscriptions_by_calendar ON webhook_subscriptions (calendar_id);
CREATE INDEX webhook_subscriptions_by_external_id
    ON webhook_subscriptions (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX webhook_subscriptions_by_resource
    ON webhook_subscriptions (resource_id) WHERE resource_id IS NOT NULL;

-- Why and when the provider refused to watch the calendar, whose watch_support
-- then is 'refused'.
ALTER TABLE calendars ADD COLUMN watch_reason TEXT;
ALTER TABLE calendars ADD COLUMN watch_checked_at TEXT;
