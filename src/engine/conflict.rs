//! Who wins where both sides changed the same field.

use chrono::{DateTime, Utc};

use super::merge::Winner;
use crate::model::preferences::ConflictStrategy;

/// The winner of a clash that was found by comparison with the base: clocks
/// never find one, they only choose.
///
/// Of two edits at the same moment, or at one that nobody knows, the
/// calendar's counts: people see it elsewhere too, and the task's value is
/// recorded.
#[must_use]
pub fn winner(
    strategy: ConflictStrategy,
    task: Option<DateTime<Utc>>,
    event: Option<DateTime<Utc>>,
) -> Winner {
    match strategy {
        ConflictStrategy::PreferTask => Winner::Task,
        ConflictStrategy::PreferCalendar => Winner::Event,
        ConflictStrategy::Manual => Winner::Nobody,
        ConflictStrategy::PreferNewest => match (task, event) {
            (Some(task), Some(event)) if task > event => Winner::Task,
            (Some(_), Some(_)) | (Some(_), None) | (None, Some(_)) | (None, None) => Winner::Event,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strategy_names_the_winner_and_clocks_only_break_ties() {
        let at = |minute: u32| format!("2026-03-02T12:{minute:02}:00Z").parse().ok();
        let moments = [
            (at(1), at(0), Winner::Task),
            (at(0), at(1), Winner::Event),
            (at(1), at(1), Winner::Event),
            (None, at(1), Winner::Event),
            (at(1), None, Winner::Event),
            (None, None, Winner::Event),
        ];
        for (task, event, newest) in moments {
            let cases = [
                (ConflictStrategy::PreferNewest, newest),
                (ConflictStrategy::PreferTask, Winner::Task),
                (ConflictStrategy::PreferCalendar, Winner::Event),
                (ConflictStrategy::Manual, Winner::Nobody),
            ];
            for (strategy, expected) in cases {
                assert_eq!(winner(strategy, task, event), expected, "{strategy:?}");
            }
        }
    }
}
