//! What becomes of two look-alikes.

use super::duplicate::{Sighting, Which, is_same, loser};
use crate::model::look_alike::{Answer, Presence, Question, Twin, Twins};
use crate::model::preferences::DuplicateStrategy;

/// What becomes of two look-alikes and the question about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: there is nothing to ask, or what was asked stands as it is.
    Leave,
    /// A person is asked.
    Ask,
    /// The question is settled, be it asked already or not: one is hidden.
    Settle(Which),
    /// The question is moot, and what it hid shows again.
    Drop,
}

/// What becomes of two events that may be one meeting.
///
/// What was settled stays as long as they look alike, whatever was edited since
/// and whatever the strategy now is, so that no edit swaps them. A question
/// that is open asks about what a person sees: it is moot once either is
/// hidden or out of sight. Nothing is asked about an event that is hidden, so
/// that none is hidden behind it.
#[must_use]
pub fn judge(strategy: DuplicateStrategy, twins: &Twins) -> Verdict {
    let alike = is_alike(twins);
    let lost = || loser(strategy, sighting(&twins.first), sighting(&twins.second));
    match &twins.question {
        None if alike && are_seen(twins) => lost().map_or(Verdict::Ask, Verdict::Settle),
        None => Verdict::Leave,
        Some(Question { answer: None, .. }) if alike && are_seen(twins) => {
            lost().map_or(Verdict::Leave, Verdict::Settle)
        }
        Some(Question {
            id,
            answer: Some(Answer::One),
        }) if alike && hides(twins).any(|by| by == id) => Verdict::Leave,
        Some(Question {
            answer: Some(Answer::Both),
            ..
        }) if alike && are_shown(twins) => Verdict::Leave,
        Some(_) => Verdict::Drop,
    }
}

/// Whether both are there and are one meeting.
fn is_alike(twins: &Twins) -> bool {
    let is_there = |twin: &Twin| twin.presence != Presence::Gone;
    is_there(&twins.first)
        && is_there(&twins.second)
        && is_same(sighting(&twins.first), sighting(&twins.second))
}

/// Whether the timeline has a place for both.
fn are_shown(twins: &Twins) -> bool {
    let is_shown = |twin: &Twin| twin.presence == Presence::Shown;
    is_shown(&twins.first) && is_shown(&twins.second)
}

/// Whether a person sees both.
fn are_seen(twins: &Twins) -> bool {
    are_shown(twins) && hides(twins).next().is_none()
}

/// The questions for which either is hidden.
fn hides(twins: &Twins) -> impl Iterator<Item = &crate::model::id::ConflictId> {
    let both = [&twins.first, &twins.second];
    both.into_iter().filter_map(|twin| twin.hidden_by.as_ref())
}

/// The event and where it comes from.
fn sighting(twin: &Twin) -> Sighting<'_> {
    Sighting {
        provider: twin.provider,
        event: &twin.event,
    }
}

#[cfg(test)]
mod tests;
