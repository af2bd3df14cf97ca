//! What tests let happen to notifications on their way.

use std::collections::VecDeque;

/// What can happen to a notification on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// It is sent twice.
    Duplicated,
    /// It is never sent.
    Lost,
    /// It is held until it is released.
    Delayed,
    /// Its secret is not the one that was agreed on.
    Forged,
}

/// A notification that can be forged.
pub(in crate::sandbox) trait Notice: Clone {
    /// Spoils its secret.
    fn forge(&mut self);
}

/// The mishaps that still wait for notifications, and notifications held.
#[derive(Debug)]
pub(in crate::sandbox) struct Mishaps<N> {
    waiting: VecDeque<(Mishap, u32)>,
    held: Vec<N>,
}

impl<N> Default for Mishaps<N> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            held: Vec::new(),
        }
    }
}

impl<N: Notice> Mishaps<N> {
    /// Lets it happen to the next `times` notifications, behind what already
    /// waits; `u32::MAX`: to all.
    pub(in crate::sandbox) fn add(&mut self, mishap: Mishap, times: u32) {
        if times > 0 {
            self.waiting.push_back((mishap, times));
        }
    }

    /// Forgets those that still wait; what is held stays held.
    pub(in crate::sandbox) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// What of `notices` goes out now, and how often.
    pub(in crate::sandbox) fn meet(&mut self, notices: Vec<N>) -> Vec<N> {
        let mut out = Vec::with_capacity(notices.len());
        for mut notice in notices {
            match self.next() {
                None => out.push(notice),
                Some(Mishap::Lost) => {}
                Some(Mishap::Delayed) => self.held.push(notice),
                Some(Mishap::Duplicated) => out.extend([notice.clone(), notice]),
                Some(Mishap::Forged) => {
                    notice.forge();
                    out.push(notice);
                }
            }
        }
        out
    }

    /// What was held, oldest first.
    pub(in crate::sandbox) fn release(&mut self) -> Vec<N> {
        std::mem::take(&mut self.held)
    }

    fn next(&mut self) -> Option<Mishap> {
        let (mishap, left) = self.waiting.front_mut()?;
        let mishap = *mishap;
        if *left != u32::MAX {
            *left -= 1;
        }
        if *left == 0 {
            self.waiting.pop_front();
        }
        Some(mishap)
    }
}

/// A secret of the same length that is another one.
pub(in crate::sandbox) fn forged(secret: &str) -> String {
    let mut letters = secret.chars();
    let first = match letters.next() {
        Some('A') => 'B',
        _ => 'A',
    };
    std::iter::once(first).chain(letters).collect()
}
