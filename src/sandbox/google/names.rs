//! Members that answers have, to refuse `fields` that name others.

/// Members of a page of events.
pub(super) const EVENTS: &[&str] = &[
    "kind",
    "etag",
    "summary",
    "description",
    "updated",
    "timeZone",
    "accessRole",
    "defaultReminders",
    "items",
    "nextPageToken",
    "nextSyncToken",
];

/// Members of an event.
pub(super) const EVENT: &[&str] = &[
    "anyoneCanAddSelf",
    "attachments",
    "attendees",
    "attendeesOmitted",
    "birthdayProperties",
    "colorId",
    "conferenceData",
    "created",
    "creator",
    "description",
    "end",
    "endTimeUnspecified",
    "etag",
    "eventLabelId",
    "eventType",
    "extendedProperties",
    "focusTimeProperties",
    "gadget",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "hangoutLink",
    "htmlLink",
    "iCalUID",
    "id",
    "kind",
    "location",
    "locked",
    "organizer",
    "originalStartTime",
    "outOfOfficeProperties",
    "privateCopy",
    "recurrence",
    "recurringEventId",
    "reminders",
    "sequence",
    "source",
    "start",
    "status",
    "summary",
    "transparency",
    "updated",
    "visibility",
    "workingLocationProperties",
];

/// Members of a page of the calendar list.
pub(super) const CALENDAR_LIST: &[&str] =
    &["kind", "etag", "items", "nextPageToken", "nextSyncToken"];

/// Members of an event that a client may write.
pub(super) const WRITABLE: &[&str] = &[
    "anyoneCanAddSelf",
    "attendees",
    "attendeesOmitted",
    "colorId",
    "description",
    "end",
    "extendedProperties",
    "gadget",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "location",
    "recurrence",
    "reminders",
    "sequence",
    "source",
    "start",
    "status",
    "summary",
    "transparency",
    "visibility",
    "focusTimeProperties",
    "outOfOfficeProperties",
    "workingLocationProperties",
    "birthdayProperties",
];

/// Writable members that belong to one copy of an event only.
pub(super) const PRIVATE: &[&str] = &[
    "reminders",
    "colorId",
    "transparency",
    "sequence",
    "attendeesOmitted",
];
