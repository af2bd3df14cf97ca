//! Events that were asked for by their ids, and the instances of series.

use serde_json::value::RawValue;

use super::event::{completed, is_complete, occurrence};
use super::{Kind, identify, kind, unreadable, upsert};
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::time::Zone;
use crate::provider::Result;
use crate::provider::microsoft::types::SparseEvent;

/// An event that was asked for by its id.
pub(in crate::provider::microsoft) enum Read<'a> {
    /// It stands for itself.
    Alone(Change),
    /// It belongs to a series, which tells the rest.
    Member {
        /// The series.
        series: ExternalId,
        /// What is known of the event without it.
        change: Option<Change>,
    },
    /// It is a series, whose instances tell the rest.
    Series(Series<'a>),
}

/// A series that was asked for by its id.
pub(in crate::provider::microsoft) struct Series<'a> {
    /// The series itself.
    pub(in crate::provider::microsoft) change: Change,
    external_id: ExternalId,
    all_day: bool,
    master: &'a RawValue,
}

/// What an event says that was asked for by its id.
pub(in crate::provider::microsoft) fn read<'a>(
    item: &'a RawValue,
    zone: &Zone,
) -> Result<Read<'a>> {
    let id = identify(item)?;
    let Ok(sparse) = serde_json::from_str::<SparseEvent>(item.get()) else {
        let reason = "not of the shape of an event";
        return Ok(Read::Alone(unreadable(id, reason)));
    };
    Ok(match kind(&sparse) {
        Err(reason) => Read::Alone(unreadable(id, reason)),
        Ok(Kind::Removed) => Read::Alone(Change::Removed(id)),
        Ok(Kind::Single) => Read::Alone(upsert(id, Kind::Single, item, zone)),
        Ok(Kind::Occurrence(series)) => Read::Member {
            series,
            change: None,
        },
        Ok(Kind::Exception(series)) => Read::Member {
            change: is_complete(item)
                .then(|| upsert(id, Kind::Exception(series.clone()), item, zone)),
            series,
        },
        Ok(Kind::Series) => match upsert(id.clone(), Kind::Series, item, zone) {
            change @ Change::Upsert(_) => Read::Series(Series {
                change,
                external_id: id,
                all_day: sparse.is_all_day == Some(true),
                master: item,
            }),
            unreadable => Read::Alone(unreadable),
        },
    })
}

impl Series<'_> {
    /// What a page of its instances says. What is absent from an exception is
    /// as in the series.
    pub(in crate::provider::microsoft) fn instances(
        &self,
        items: &[&RawValue],
        zone: &Zone,
    ) -> Result<Vec<Change>> {
        let changes = items.iter().map(|item| self.instance(item, zone));
        changes.filter_map(Result::transpose).collect()
    }

    /// What an instance says; nothing when it does not take place.
    fn instance(&self, item: &RawValue, zone: &Zone) -> Result<Option<Change>> {
        let id = identify(item)?;
        let Ok(sparse) = serde_json::from_str::<SparseEvent>(item.get()) else {
            return Ok(Some(unreadable(id, "not of the shape of an event")));
        };
        let named = |kind: &str| kind.eq_ignore_ascii_case("exception");
        if !sparse.kind.as_deref().is_some_and(named) {
            return Ok(occurrence(id, &self.external_id, item, Some(self.all_day)));
        }
        let kind = Kind::Exception(self.external_id.clone());
        if is_complete(item) {
            return Ok(Some(upsert(id, kind, item, zone)));
        }
        Ok(Some(match completed(item, self.master) {
            Some(item) => upsert(id, kind, &item, zone),
            None => unreadable(id, "not of the shape of an event"),
        }))
    }
}
