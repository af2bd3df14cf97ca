//! What is recorded of a decision: every clash, so that what lost is kept, and
//! every question that is left to a person.

use super::{Answer, Deciding, Open};
use crate::engine::merge::{Clash, Winner};
use crate::engine::reconcile::{Access, Action};
use crate::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use crate::model::content::Field;
use crate::model::id::ConflictId;
use crate::model::preferences::ConflictStrategy;
use crate::store::{Settles, Step};

/// What a decision was made from.
pub(super) struct Record<'a> {
    pub(super) deciding: &'a Deciding<'a>,
    pub(super) open: &'a Open<'a>,
    pub(super) answer: Option<Answer>,
}

impl Record<'_> {
    /// Notes in a step what its action leaves open and what it settles. A
    /// question that is not asked any more is settled.
    pub(super) fn of(&self, action: &Action, step: &mut Step) {
        match action {
            Action::Conflict { kind, fields } => step.conflicts.push(self.question(*kind, fields)),
            Action::Merge(merged) => self.clashes(ConflictKind::Edit, &merged.clashes, step),
            Action::DeleteEvent { clashes, .. } => {
                self.clashes(ConflictKind::EditDelete, clashes, step);
            }
            Action::Keep if self.is_unread() => return,
            Action::Keep
            | Action::Rebase
            | Action::Push { .. }
            | Action::Pull { .. }
            | Action::Recreate
            | Action::Unlink
            | Action::Forget => {}
        }
        let is_open = |one: &Conflict| one.resolution_status == ResolutionStatus::Open;
        if step.conflicts.iter().any(is_open) {
            return;
        }
        let agree = matches!(action, Action::Keep | Action::Rebase);
        let strategy = match self.answer {
            None if step.conflicts.is_empty() => None,
            Some(Answer::Strategy) if agree => None,
            None | Some(_) => Some(self.strategy()),
        };
        step.settles = Some(Settles {
            status: match strategy {
                Some(_) => ResolutionStatus::Resolved,
                None => ResolutionStatus::Moot,
            },
            strategy,
        });
    }

    /// Whether nothing could be decided because the event was not read.
    fn is_unread(&self) -> bool {
        self.open.base.etag.is_none() && self.open.pair.event.is_none()
    }

    fn clashes(&self, kind: ConflictKind, clashes: &[Clash], step: &mut Step) {
        let of = |settled: bool| -> Vec<Field> {
            let chosen = clashes
                .iter()
                .filter(|clash| (clash.winner != Winner::Nobody) == settled);
            chosen.map(|clash| clash.field).collect()
        };
        let (settled, open) = (of(true), of(false));
        if !settled.is_empty() {
            step.conflicts.push(Conflict {
                resolution_status: ResolutionStatus::Resolved,
                strategy: Some(self.strategy()),
                resolved_at: Some(self.deciding.now),
                ..self.question(kind, &settled)
            });
        }
        if !open.is_empty() {
            step.conflicts.push(self.question(kind, &open));
        }
    }

    /// The question about some fields.
    fn question(&self, kind: ConflictKind, fields: &[Field]) -> Conflict {
        let open = self.open;
        let task = open.task.map(|task| &task.content);
        let (calendar, now) = (self.deciding.calendar, self.deciding.now);
        let summary = self.summary(kind, fields);
        Conflict {
            id: ConflictId::generate(),
            task_id: Some(open.pair.task_id.clone()),
            external_id: open.external_id(),
            base: Some(open.base.task.values(fields)),
            ours: task.map(|content| content.values(fields)),
            theirs: open.event_content().map(|content| content.values(fields)),
            ..Conflict::open(kind, calendar, summary, now)
        }
    }

    /// The question as a sentence without content.
    fn summary(&self, kind: ConflictKind, fields: &[Field]) -> String {
        let names: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
        let names = names.join(", ");
        match (kind, self.open.task, self.open.event_content()) {
            (ConflictKind::EditDelete, None, _) => {
                format!("the task was deleted, its event was edited ({names})")
            }
            (ConflictKind::EditDelete, Some(_), None) => {
                format!("the event was deleted, its task was edited ({names})")
            }
            (ConflictKind::EditDelete, Some(_), Some(_)) => {
                format!("the task has no time any more, its event was edited ({names})")
            }
            (ConflictKind::Edit | ConflictKind::Duplicate | ConflictKind::MassDelete, ..) => {
                match self.deciding.access(self.open) {
                    Access::Ours => format!("task and event both changed: {names}"),
                    Access::NotOurs => {
                        format!("the task changed, but its event is not ours to write: {names}")
                    }
                }
            }
        }
    }

    /// What settles a clash.
    fn strategy(&self) -> String {
        match self.answer {
            Some(Answer::Person(Winner::Task)) => "keep_task",
            Some(Answer::Person(Winner::Event | Winner::Nobody)) => "keep_event",
            None | Some(Answer::Strategy) => match self.deciding.preferences.conflict_strategy {
                ConflictStrategy::PreferNewest => "prefer_newest",
                ConflictStrategy::PreferTask => "prefer_task",
                ConflictStrategy::PreferCalendar => "prefer_calendar",
                ConflictStrategy::Manual => "manual",
            },
        }
        .to_owned()
    }
}
