//! Skip tokens and delta tokens: opaque to clients, self-contained for us but
//! for the round that a skip token walks through.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;

use super::item::Window;

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token {
    /// The number of the calendar.
    pub(super) calendar: u32,
    /// Tokens of an older generation are lost.
    pub(super) generation: u32,
    pub(super) place: Place,
}

/// Where a token leads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// A page of a round, from 1, and the first entry on it.
    Skip {
        round: u32,
        page: usize,
        offset: usize,
    },
    /// A new round with what changed since.
    Delta { since: u64, window: Window },
}

impl Token {
    /// The token as clients see it.
    pub(super) fn encode(&self) -> String {
        let place = match self.place {
            Place::Skip {
                round,
                page,
                offset,
            } => format!("s.{round}.{page}.{offset}"),
            Place::Delta { since, window } => {
                let (from, to) = (window.from.as_second(), window.to.as_second());
                format!("d.{since}.{from}.{to}")
            }
        };
        URL_SAFE_NO_PAD.encode(format!("{}.{}.{place}", self.calendar, self.generation))
    }

    /// Reads a token; `None`: not one of ours.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let parts: Vec<&str> = plain.split('.').collect();
        let [calendar, generation, kind, a, b, c] = parts.as_slice() else {
            return None;
        };
        let second = |text: &str| Timestamp::from_second(text.parse().ok()?).ok();
        let place = match *kind {
            "s" => Place::Skip {
                round: a.parse().ok()?,
                page: b.parse().ok()?,
                offset: c.parse().ok()?,
            },
            _ => Place::Delta {
                since: a.parse().ok()?,
                window: Window {
                    from: second(b)?,
                    to: second(c)?,
                },
            },
        };
        Some(Self {
            calendar: calendar.parse().ok()?,
            generation: generation.parse().ok()?,
            place,
        })
    }
}

/// The page that a skip token fetches.
pub(super) fn page(text: &str) -> Option<u32> {
    match Token::decode(text)?.place {
        Place::Skip { page, .. } => u32::try_from(page).ok(),
        Place::Delta { .. } => None,
    }
}
