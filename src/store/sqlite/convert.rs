//! Columns and the values that stand in them.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};
use rusqlite::{Row, ToSql};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Fault, Outcome};
use crate::model::id::{
    AccountId, CalendarId, ConflictId, EventId, ExternalId, TaskId, UserId, WatchId,
};
use crate::model::time::{EventTime, Window, Zone};

/// An instant to the second: an event's time.
#[derive(Clone, Copy)]
pub(super) struct Second(pub(super) DateTime<Utc>);

/// An instant to the millisecond: something happened.
#[derive(Clone, Copy)]
pub(super) struct Milli(pub(super) DateTime<Utc>);

/// A value as JSON.
pub(super) struct Json<T>(pub(super) T);

/// A value of an enumeration as its word.
pub(super) struct Word<T>(pub(super) T);

impl ToSql for Second {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(text(second(self.0)))
    }
}

impl ToSql for Milli {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let at = within_years(self.0);
        Ok(text(at.to_rfc3339_opts(SecondsFormat::Millis, true)))
    }
}

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let json = serde_json::to_string(&self.0);
        json.map(text)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl<T: Serialize> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_value(&self.0) {
            Ok(serde_json::Value::String(word)) => Ok(text(word)),
            _ => Err(rusqlite::Error::ToSqlConversionFailure("not a word".into())),
        }
    }
}

impl FromSql for Second {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        instant(value).map(Self)
    }
}

impl FromSql for Milli {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        instant(value).map(Self)
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map(Self)
            .map_err(|error| FromSqlError::Other(error.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = serde_json::Value::String(value.as_str()?.to_owned());
        serde_json::from_value(word)
            .map(Self)
            .map_err(|error| FromSqlError::Other(error.into()))
    }
}

/// Text as a value to store.
fn text(text: String) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(Value::Text(text))
}

/// Any RFC 3339 text.
fn instant(value: ValueRef<'_>) -> FromSqlResult<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?)
        .map(|at| at.to_utc())
        .map_err(|error| FromSqlError::Other(error.into()))
}

/// An instant to the second, as text.
pub(super) fn second(at: DateTime<Utc>) -> String {
    within_years(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A day as text.
pub(super) fn day(day: NaiveDate) -> String {
    let day = match day.year() {
        ..0 => NaiveDate::from_ymd_opt(0, 1, 1),
        10_000.. => NaiveDate::from_ymd_opt(9999, 12, 31),
        _ => Some(day),
    };
    day.unwrap_or_default().to_string()
}

/// The nearest instant whose year has four digits: only those sort as text.
fn within_years(at: DateTime<Utc>) -> DateTime<Utc> {
    match at.year() {
        ..0 => "0000-01-01T00:00:00Z".parse().unwrap_or(at),
        10_000.. => "9999-12-31T23:59:59Z".parse().unwrap_or(at),
        _ => at,
    }
}

/// A day of a column.
pub(super) fn parse_day(text: &str) -> Outcome<NaiveDate> {
    text.parse()
        .map_err(|error| Fault::Damaged(format!("a date cannot be read: {error}")))
}

/// An instant of a column.
pub(super) fn parse_instant(text: &str) -> Outcome<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|error| Fault::Damaged(format!("an instant cannot be read: {error}")))
}

/// A time of columns, with the zone that it was entered in.
pub(super) fn parse_time(start: &str, end: &str, all_day: bool, zone: Zone) -> Outcome<EventTime> {
    Ok(if all_day {
        EventTime::all_day(parse_day(start)?, parse_day(end)?)
    } else {
        EventTime::timed(parse_instant(start)?, parse_instant(end)?, zone)
    })
}

/// A zone that was stored; UTC where the tz database has lost its name since.
pub(super) fn stored_zone(name: &str) -> Zone {
    Zone::parse(name).unwrap_or_else(|_| Zone::utc())
}

/// Where a time stands, of an event or a task.
#[derive(Default)]
pub(super) struct TimeColumns<'a> {
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
    pub(super) all_day: bool,
    pub(super) timezone: Option<&'a str>,
}

impl<'a> TimeColumns<'a> {
    /// The columns of a time.
    pub(super) fn of(time: Option<&'a EventTime>) -> Self {
        match time {
            None => Self::default(),
            Some(EventTime::AllDay { start, end }) => Self {
                start: Some(day(*start)),
                end: Some(day(*end)),
                all_day: true,
                timezone: None,
            },
            Some(EventTime::Timed { start, end, zone }) => Self {
                start: Some(second(*start)),
                end: Some(second(*end)),
                all_day: false,
                timezone: Some(zone.name()),
            },
        }
    }
}

/// The window of a row; it has both ends or none.
pub(super) fn window(row: &Row<'_>) -> rusqlite::Result<Option<Window>> {
    let start: Option<Second> = row.get("window_start")?;
    let end: Option<Second> = row.get("window_end")?;
    Ok(start
        .zip(end)
        .map(|(start, end)| Window::new(start.0, end.0)))
}

/// A moment of a row.
pub(super) fn moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
    Ok(row.get::<_, Option<Milli>>(column)?.map(|at| at.0))
}

/// A user id of a row.
pub(super) fn user_id(row: &Row<'_>, column: &str) -> rusqlite::Result<UserId> {
    let text: String = row.get(column)?;
    let index = row.as_ref().column_index(column)?;
    text.parse()
        .map_err(|error: crate::model::id::InvalidUserId| {
            rusqlite::Error::FromSqlConversionFailure(
                index,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })
}

/// A small number of a row.
pub(super) fn small(row: &Row<'_>, column: &str) -> rusqlite::Result<u32> {
    row.get(column)
}

/// A count of rows.
pub(super) fn count<N: TryInto<u64>>(rows: N) -> u64 {
    rows.try_into().unwrap_or(0)
}

macro_rules! id_columns {
    ($($id:ident),*) => {$(
        impl ToSql for $id {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }
    )*};
}

id_columns!(
    AccountId, CalendarId, ConflictId, EventId, ExternalId, TaskId, UserId, WatchId
);

macro_rules! read_id_columns {
    ($($id:ident),*) => {$(
        impl FromSql for $id {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_str().map(Self::new)
            }
        }
    )*};
}

read_id_columns!(
    AccountId, CalendarId, ConflictId, EventId, ExternalId, TaskId, WatchId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_any_year_sort_as_text() {
        let far = DateTime::<Utc>::MAX_UTC;
        let near = "2026-03-29T07:00:00.9Z".parse().unwrap();
        assert_eq!(second(near), "2026-03-29T07:00:00Z");
        assert_eq!(second(far), "9999-12-31T23:59:59Z");
        assert_eq!(second(DateTime::<Utc>::MIN_UTC), "0000-01-01T00:00:00Z");
        assert_eq!(day(NaiveDate::MAX), "9999-12-31");
        assert!(parse_instant(&second(far)).is_ok());
    }

    #[test]
    fn any_rfc_3339_text_is_read() {
        for text in ["2026-03-29T09:00:00+02:00", "2026-03-29T07:00:00.000Z"] {
            assert_eq!(second(parse_instant(text).unwrap()), "2026-03-29T07:00:00Z");
        }
    }
}
