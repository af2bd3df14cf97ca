//! From an id in a path to what it names.

use jiff::civil::Date;

use super::call::Call;
use super::errors::ApiError;
use super::item::Item;
use super::item_id::ItemId;
use super::mailbox::Calendar;
use super::world::World;

/// An event or an occurrence that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) key: u64,
    pub(super) day: Option<Date>,
}

impl World {
    /// The event that the path names. Both forms of ids are understood; a
    /// default id names nothing once the event lies in another folder.
    pub(super) fn find(&self, call: &Call, account: &str) -> Result<Found, ApiError> {
        let found = self.resolve(account, &call.route.event)?;
        let (calendar, _) = self.kept(found)?;
        let wanted = call.route.calendar.as_str();
        if wanted.is_empty() {
            return Ok(found);
        }
        match self.calendar(account, wanted)?.id == calendar.id {
            true => Ok(found),
            false => Err(ApiError::item_not_found()),
        }
    }

    /// The event or occurrence of an id.
    pub(super) fn resolve(&self, account: &str, id: &str) -> Result<Found, ApiError> {
        let read = ItemId::decode(id).ok_or_else(ApiError::malformed_id)?;
        let found = Found {
            key: read.item,
            day: read.day,
        };
        let (calendar, item) = self.kept(found)?;
        let here = calendar.account == account
            && self.mailbox(account)?.number == read.mailbox
            && read.folder.is_none_or(|folder| folder == calendar.number)
            && read.day.is_none_or(|day| item.has(day));
        match here {
            true => Ok(found),
            false => Err(ApiError::item_not_found()),
        }
    }

    /// The item of something that was found.
    pub(super) fn kept(&self, found: Found) -> Result<(&Calendar, &Item), ApiError> {
        self.item(found.key).ok_or_else(ApiError::item_not_found)
    }
}
