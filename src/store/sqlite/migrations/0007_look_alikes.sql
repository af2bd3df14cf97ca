-- Look-alikes: of a question of kind 'duplicate' the two events. Once it is
-- settled, event_id is the one that is kept and other_event_id the one that is
-- hidden, and ours and theirs are what they said when it was asked. The
-- question goes with either.
ALTER TABLE calendar_sync_conflicts ADD COLUMN event_id TEXT
    REFERENCES calendar_events (id) ON DELETE CASCADE;
ALTER TABLE calendar_sync_conflicts ADD COLUMN other_event_id TEXT
    REFERENCES calendar_events (id) ON DELETE CASCADE;

CREATE INDEX calendar_sync_conflicts_by_event
    ON calendar_sync_conflicts (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX calendar_sync_conflicts_by_other_event
    ON calendar_sync_conflicts (other_event_id) WHERE other_event_id IS NOT NULL;
CREATE INDEX calendar_sync_conflicts_duplicate
    ON calendar_sync_conflicts (user_id)
    WHERE kind = 'duplicate' AND resolution_status <> 'moot';

-- Two events are one question at most, open or settled.
CREATE UNIQUE INDEX calendar_sync_conflicts_by_pair
    ON calendar_sync_conflicts (min(event_id, other_event_id), max(event_id, other_event_id))
    WHERE kind = 'duplicate' AND resolution_status <> 'moot';

-- The settled question for which an event is left out of the timeline.
ALTER TABLE calendar_events ADD COLUMN hidden_by TEXT
    REFERENCES calendar_sync_conflicts (id) ON DELETE SET NULL;

CREATE INDEX calendar_events_hidden
    ON calendar_events (hidden_by) WHERE hidden_by IS NOT NULL;

-- Exceptions of one meeting stand in for the same occurrence, wherever they
-- were moved to.
CREATE INDEX calendar_events_exceptions
    ON calendar_events (calendar_id, ical_uid, original_start)
    WHERE series_external_id IS NOT NULL;

DROP VIEW calendar_timeline;

-- What the application reads: active calendars only. An occurrence of a hidden
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
WHERE e.hidden_by IS NULL
   OR NOT EXISTS (
      SELECT 1
      FROM calendar_sync_conflicts q
      JOIN calendar_events k ON k.id = q.event_id
      JOIN calendars kc ON kc.id = k.calendar_id AND kc.is_active = 1 AND kc.is_listed = 1
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
