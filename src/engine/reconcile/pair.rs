//! What follows from a verdict for two sides that may differ.

use super::{Action, Decision};
use crate::engine::merge::{Merged, Revision, Winner, merge};
use crate::model::conflict::ConflictKind;
use crate::model::content::{Content, Field};
use crate::model::link::Base;

/// Both sides and what they last agreed on.
pub(super) struct Pair<'a> {
    pub(super) base: &'a Base,
    pub(super) task: &'a Content,
    pub(super) event: Revision<'a>,
}

impl Pair<'_> {
    pub(super) fn merge(&self, winner: Winner) -> Merged {
        merge(self.base, self.task, self.event.content, winner)
    }

    /// Both sides live on.
    pub(super) fn write(&self, merged: Merged) -> Decision {
        let base = self.noted(merged.base(self.base, self.task, self.event));
        let empty = (
            merged.push.is_empty(),
            merged.pull.is_empty(),
            merged.clashes.is_empty(),
        );
        let action = match empty {
            (true, true, true) if base.is_some() => Action::Rebase,
            (true, true, true) => Action::Keep,
            (false, true, true) => Action::Push {
                fields: merged.push,
            },
            (true, false, true) => Action::Pull {
                fields: merged.pull,
            },
            (true, true, false) => Action::Conflict {
                kind: ConflictKind::Edit,
                fields: merged.open(),
            },
            (false, false, true) | (false, _, false) | (true, false, false) => {
                Action::Merge(merged)
            }
        };
        Decision { action, base }
    }

    /// The task has no time left: its event goes, after the task took over
    /// what only the event said. Unless the event was given another time, and
    /// that counts; or something is left open, which would go with the event.
    pub(super) fn write_or_delete(&self, merged: Merged) -> Decision {
        let open = merged.open();
        if !open.is_empty() {
            return self.edit_delete(open);
        }
        if merged.pull.contains(&Field::Time) {
            return self.write(merged);
        }
        let base = self.noted(merged.base(self.base, self.task, self.event));
        let Merged { pull, clashes, .. } = merged;
        let action = Action::DeleteEvent { pull, clashes };
        Decision { action, base }
    }

    /// The event goes as it is now: what is decided again before it is sent is
    /// decided alike.
    pub(super) fn delete(&self) -> Decision {
        let base = self.noted(Base {
            task: self.base.task.clone(),
            event: self.event.content.clone(),
            etag: self.event.etag.map(str::to_owned),
        });
        let action = Action::DeleteEvent {
            pull: Vec::new(),
            clashes: Vec::new(),
        };
        Decision { action, base }
    }

    /// The task follows the event in everything.
    pub(super) fn follow(&self) -> Decision {
        let differs = |field: &Field| !self.task.means(self.event.content, *field);
        let pull = Field::ALL.into_iter().filter(differs).collect();
        self.write(Merged {
            pull,
            ..Merged::default()
        })
    }

    /// One side was edited, the other is to go.
    pub(super) fn edit_delete(&self, fields: Vec<Field>) -> Decision {
        let kind = ConflictKind::EditDelete;
        let action = Action::Conflict { kind, fields };
        let base = self.noted(Base {
            etag: None,
            ..self.base.clone()
        });
        Decision { action, base }
    }

    /// The fields that either side changed.
    pub(super) fn edited(&self) -> Vec<Field> {
        let edited = |field: &Field| {
            !self.task.means(&self.base.task, *field)
                || !self.event.content.means(&self.base.event, *field)
        };
        Field::ALL.into_iter().filter(edited).collect()
    }

    fn noted(&self, base: Base) -> Option<Base> {
        (base != *self.base).then_some(base)
    }
}
