//! Ids of events in both forms: the default one names the folder and so
//! changes when the event moves, the immutable one does not. Both are opaque
//! to clients and self-contained for us.

use base64::{Engine, engine::general_purpose::URL_SAFE};
use jiff::ToSpan;
use jiff::civil::Date;

const DEFAULT: &str = "AAMkADAwATM0MDAAMS1h";
const IMMUTABLE: &str = "AAkALgAAAAAAHYQDEapm";

/// What an id says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ItemId {
    pub(super) mailbox: u32,
    /// `None`: the id is immutable.
    pub(super) folder: Option<u32>,
    pub(super) item: u64,
    /// The original day of an occurrence.
    pub(super) day: Option<Date>,
}

impl ItemId {
    /// The id as clients see it.
    pub(super) fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(20);
        bytes.extend(self.mailbox.to_be_bytes());
        bytes.extend(self.folder.unwrap_or_default().to_be_bytes());
        bytes.extend(self.item.to_be_bytes());
        bytes.extend(self.day.map_or(i32::MIN, number_of).to_be_bytes());
        let form = if self.folder.is_some() {
            DEFAULT
        } else {
            IMMUTABLE
        };
        form.to_owned() + &URL_SAFE.encode(bytes)
    }

    /// Reads an id; `None`: not one of ours.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let (form, rest) = text.split_at_checked(DEFAULT.len())?;
        let bytes = URL_SAFE.decode(rest).ok()?;
        let (mailbox, rest) = bytes.split_first_chunk::<4>()?;
        let (folder, rest) = rest.split_first_chunk::<4>()?;
        let (item, rest) = rest.split_first_chunk::<8>()?;
        let day = i32::from_be_bytes(rest.try_into().ok()?);
        let folder = match form {
            DEFAULT => Some(u32::from_be_bytes(*folder)),
            IMMUTABLE => None,
            _ => return None,
        };
        Some(Self {
            mailbox: u32::from_be_bytes(*mailbox),
            folder,
            item: u64::from_be_bytes(*item),
            day: (day != i32::MIN).then(|| EPOCH.saturating_add(day.days())),
        })
    }
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

fn number_of(day: Date) -> i32 {
    EPOCH.until(day).map_or(0, |span| span.get_days())
}
