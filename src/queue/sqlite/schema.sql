CREATE TABLE deliveries (
    -- Never used again: whoever comes late to end a delivery ends no other.
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    entry    TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    held     INTEGER NOT NULL DEFAULT 0,
    -- When it may be claimed again: the hold ends, or what it was given back
    -- until. NULL: it was never claimed.
    due_at   TEXT
) STRICT;

CREATE INDEX deliveries_new ON deliveries (provider, id) WHERE due_at IS NULL;
CREATE INDEX deliveries_due ON deliveries (provider, due_at, held) WHERE due_at IS NOT NULL;

CREATE TABLE dead (
    id       INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    entry    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT;
