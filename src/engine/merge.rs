//! The merge of a task and its event against what both last agreed on, field
//! by field.
//!
//! Nothing is lost silently: what a side changed is on both sides afterwards,
//! or the field is named among the clashes.

use crate::model::content::{Content, Field};
use crate::model::link::Base;

/// Whose value counts where both sides changed a field to something different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// The task's.
    Task,
    /// The event's.
    Event,
    /// Nobody's: each side keeps its own until a person decides.
    Nobody,
}

/// A field that both sides changed to something different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The field.
    pub field: Field,
    /// Who won; with nobody it is left open.
    pub winner: Winner,
}

/// What a merge asks for. A field that means the same on both sides is in none
/// of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Fields in which the event follows the task.
    pub push: Vec<Field>,
    /// Fields in which the task follows the event.
    pub pull: Vec<Field>,
    /// Every clash, to be recorded: what lost is kept nowhere else.
    pub clashes: Vec<Clash>,
}

/// An event as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Revision<'a> {
    /// What it says, normalized.
    pub content: &'a Content,
    /// Its revision.
    pub etag: Option<&'a str>,
}

/// Merges a task and its event, both normalized.
#[must_use]
pub fn merge(base: &Base, task: &Content, event: &Content, winner: Winner) -> Merged {
    let mut merged = Merged::default();
    for field in Field::ALL {
        if task.means(event, field) {
            continue;
        }
        let task_changed = !task.means(&base.task, field);
        let event_changed = !event.means(&base.event, field);
        match (task_changed, event_changed) {
            (false, false) => {}
            (true, false) => merged.push.push(field),
            (false, true) => merged.pull.push(field),
            (true, true) => merged.clash(field, winner),
        }
    }
    merged
}

impl Merged {
    /// The fields that nobody won.
    #[must_use]
    pub fn open(&self) -> Vec<Field> {
        let open = |clash: &&Clash| clash.winner == Winner::Nobody;
        self.clashes
            .iter()
            .filter(open)
            .map(|clash| clash.field)
            .collect()
    }

    /// Whether neither side is to be written.
    #[must_use]
    pub fn writes_nothing(&self) -> bool {
        self.push.is_empty() && self.pull.is_empty()
    }

    /// The same where the event must not be written: what the task changed is
    /// left open.
    #[must_use]
    pub fn without_push(mut self) -> Self {
        for field in std::mem::take(&mut self.push) {
            self.clashes.retain(|clash| clash.field != field);
            self.clash(field, Winner::Nobody);
        }
        self.clashes.sort_by_key(|clash| clash.field);
        self
    }

    /// The base that belongs to the plan, before anything is sent: both agree
    /// on all but what is to be pushed and what is left open. Of what is to be
    /// pushed the event's words are known, so that a plan which is never sent
    /// is decided again in the same way.
    #[must_use]
    pub fn base(&self, old: &Base, task: &Content, event: Revision<'_>) -> Base {
        let open = self.open();
        let mut base = old.clone();
        for field in Field::ALL {
            if open.contains(&field) {
                continue;
            }
            base.event.take(field, event.content);
            if self.pull.contains(&field) {
                base.task.take(field, event.content);
            } else if !self.push.contains(&field) {
                base.task.take(field, task);
            }
        }
        base.etag = event.etag.filter(|_| open.is_empty()).map(str::to_owned);
        base
    }

    fn clash(&mut self, field: Field, winner: Winner) {
        self.clashes.push(Clash { field, winner });
        match winner {
            Winner::Task => self.push.push(field),
            Winner::Event => self.pull.push(field),
            Winner::Nobody => {}
        }
    }
}

#[cfg(test)]
mod tests;
