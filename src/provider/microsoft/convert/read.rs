//! Events that were asked for by their ids, and the instances of series.

use serde_json::value::RawValue;

use super::event::{completed, occurrence};
use super::{Kind, SHAPELESS, external_id, kind, unreadable, upsert};
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::time::Zone;
use crate::provider::Result;
use crate::provider::microsoft::types::Event;
use crate::provider::text::Text;

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
    let event = Event::read(item);
    let id = external_id(&event.id)?;
    let all_day = event.is_all_day.value() == Some(true);
    Ok(match kind(&event) {
        Err(reason) => Read::Alone(unreadable(id, reason)),
        Ok(Kind::Removed) => Read::Alone(Change::Removed(id)),
        Ok(Kind::Single) => Read::Alone(upsert(id, Kind::Single, event, zone)),
        Ok(Kind::Occurrence(series)) => Read::Member {
            series,
            change: None,
        },
        Ok(Kind::Exception(series)) => Read::Member {
            change: (event.torn || event.is_complete())
                .then(|| upsert(id, Kind::Exception(series.clone()), event, zone)),
            series,
        },
        Ok(Kind::Series) => match upsert(id.clone(), Kind::Series, event, zone) {
            change @ Change::Upsert(_) => Read::Series(Series {
                change,
                external_id: id,
                all_day,
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
        let event = Event::read(item);
        let id = external_id(&event.id)?;
        let named = |kind: &Text<'_>| kind.as_str().eq_ignore_ascii_case("exception");
        if !event.kind.as_ref().is_some_and(named) {
            let all_day = Some(self.all_day);
            return Ok(occurrence(id, &self.external_id, &event, all_day));
        }
        let kind = Kind::Exception(self.external_id.clone());
        if event.torn || event.is_complete() {
            return Ok(Some(upsert(id, kind, event, zone)));
        }
        let completed = completed(item, self.master);
        Ok(Some(match completed.as_deref().map(Event::read) {
            Some(event) => upsert(id, kind, event, zone),
            None => unreadable(id, SHAPELESS),
        }))
    }
}
