-- The occurrences of a series that its provider lists: a JSON array of
-- [external id, start, end]. Null: they follow from the recurrence.
ALTER TABLE calendar_events ADD COLUMN occurrences TEXT;
