//! Log lines that strangers can cause, and therefore must not be able to
//! repeat as they please.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a line holds back those that follow.
const PAUSE: Duration = Duration::from_secs(60);

/// Lets one of many log lines through.
#[derive(Debug, Default)]
pub(super) struct Sparse(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    count: u64,
    until: Option<Instant>,
}

impl Sparse {
    /// Notes a number of incidents. If it is time for a line, answers how
    /// many there were since the last one.
    pub(super) fn note(&self, incidents: u64) -> Option<u64> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.count += incidents;
        let now = Instant::now();
        if held.until.is_some_and(|until| now < until) {
            return None;
        }
        held.until = Some(now + PAUSE);
        Some(std::mem::take(&mut held.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_line_is_let_through_and_later_ones_are_summed_up() {
        let sparse = Sparse::default();
        assert_eq!(sparse.note(1), Some(1));
        assert_eq!((sparse.note(2), sparse.note(3)), (None, None));
        tokio::time::advance(PAUSE).await;
        assert_eq!(sparse.note(1), Some(6));
        assert_eq!(sparse.note(1), None);
    }
}
