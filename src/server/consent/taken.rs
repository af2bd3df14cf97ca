//! Which answers were taken: a page that is loaded twice brings its code twice,
//! and a code that is used twice may cost the grant.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many are remembered; a cookie does not bring back those that are not.
const REMEMBERED: usize = 1024;

/// The states of the answers that were taken last.
#[derive(Debug, Default)]
pub(super) struct Taken(Mutex<VecDeque<String>>);

impl Taken {
    /// Whether the answer to a request is taken for the first time.
    pub(super) fn is_first(&self, state: &str) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.iter().any(|known| known == state) {
            return false;
        }
        if taken.len() == REMEMBERED {
            taken.pop_front();
        }
        taken.push_back(state.to_owned());
        true
    }
}
