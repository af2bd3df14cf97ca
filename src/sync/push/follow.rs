//! Events that somebody moved to another calendar of theirs: their links follow.

use chrono::TimeDelta;

use super::super::Sync;
use crate::model::calendar::Calendar;
use crate::model::event::EventStatus;
use crate::model::id::{CalendarId, EventId};
use crate::model::link::LinkState;
use crate::store::{EventName, LinkChange, Pair, Step, StoreError};

/// How long a calendar that cannot be read keeps others waiting.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// Where an event is that its calendar no longer lists.
enum Whereabouts {
    /// In another calendar of the account.
    Moved(CalendarId),
    /// Nowhere.
    Gone,
    /// Other calendars have not been read since.
    Unknown,
}

impl Sync {
    /// Has links follow events that were removed from a calendar because they
    /// are in another one now. What cannot be told yet is left undecided.
    pub(super) async fn follow_moves<'p>(
        &self,
        calendar: &Calendar,
        decided: Vec<(&'p Pair, Step)>,
    ) -> Result<Vec<(&'p Pair, Step)>, StoreError> {
        let mut followed = Vec::with_capacity(decided.len());
        for (pair, step) in decided {
            match self.whereabouts(calendar, pair).await? {
                Whereabouts::Gone => followed.push((pair, step)),
                Whereabouts::Unknown => {}
                Whereabouts::Moved(to) => {
                    let link = LinkChange::Move(to);
                    let step = pair.step();
                    followed.push((pair, Step { link, ..step }));
                }
            }
        }
        Ok(followed)
    }

    async fn whereabouts(
        &self,
        calendar: &Calendar,
        pair: &Pair,
    ) -> Result<Whereabouts, StoreError> {
        let event = pair.event.as_ref().and_then(|event| event.removed_at);
        let link = pair.link.as_ref().map(|link| &link.state);
        let (Some(removed_at), Some(LinkState::Open { external_id, .. })) = (event, link) else {
            return Ok(Whereabouts::Gone);
        };
        let calendars = self.store.calendar_list(Some(&calendar.user_id)).await?;
        let others = calendars.into_iter().filter(|other| {
            other.account_id == calendar.account_id && other.id != calendar.id && other.is_synced()
        });
        let mut is_read = true;
        for other in others {
            is_read &= other.last_pulled_at.is_some_and(|at| at >= removed_at);
            let name = EventName::Ours(EventId::of(&other.id, external_id));
            let found = self.store.event_find(name).await?;
            let is_there = found.iter().any(|known| {
                known.removed_at.is_none() && known.event.status != EventStatus::Cancelled
            });
            if is_there {
                return Ok(Whereabouts::Moved(other.id));
            }
        }
        let waits = !is_read && self.clock.now() - removed_at < PATIENCE;
        Ok(match waits {
            true => Whereabouts::Unknown,
            false => Whereabouts::Gone,
        })
    }
}
