//! How values stand in columns.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::queue::DeliveryId;

/// An instant to the millisecond. As text it sorts like time.
pub(super) struct Milli(pub(super) DateTime<Utc>);

impl ToSql for Milli {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = self.0.to_rfc3339_opts(SecondsFormat::Millis, true);
        Ok(ToSqlOutput::from(text))
    }
}

impl FromSql for Milli {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let at = DateTime::parse_from_rfc3339(value.as_str()?);
        at.map(|at| Self(at.to_utc()))
            .map_err(|error| FromSqlError::Other(error.into()))
    }
}

impl ToSql for DeliveryId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        // No row has a number that does not fit.
        Ok(ToSqlOutput::from(i64::try_from(self.0).unwrap_or(-1)))
    }
}

impl FromSql for DeliveryId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Count::column_result(value).map(|Count(id)| Self(id))
    }
}

/// A number that is never negative.
pub(super) struct Count(pub(super) u64);

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        let count = u64::try_from(number);
        count
            .map(Self)
            .map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// Text as it is, even if it is none.
pub(super) struct Raw(pub(super) Vec<u8>);

impl FromSql for Raw {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(value.as_bytes()?.to_vec()))
    }
}
