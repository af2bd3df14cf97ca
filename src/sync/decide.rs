//! What is to become of a task and its event, from what the store knows of
//! them. Nothing in here asks anybody. Longer than most, since its steps are
//! cases of one decision.

mod record;

use chrono::{DateTime, Utc};

use self::record::Record;
use crate::engine::conflict::winner;
use crate::engine::create::{Creation, creation, obstacle};
use crate::engine::merge::{Merged, Revision, Winner};
use crate::engine::reconcile::{self, Access, Decision, EventNow, is_gone, reconcile, settle};
use crate::model::calendar::Calendar;
use crate::model::content::{Content, Field};
use crate::model::id::ExternalId;
use crate::model::link::{Base, Link, LinkState};
use crate::model::preferences::{ConflictStrategy, Preferences};
use crate::model::task::Task;
use crate::model::time::Window;
use crate::store::{Action, LinkChange, OutboxChange, OutboxEntry, Pair, Step, TaskChange};

/// What decisions in a calendar depend on besides task and event.
pub(super) struct Deciding<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// What its user prefers.
    pub preferences: &'a Preferences,
    /// What the user's timeline covers.
    pub window: Window,
    /// Whether its provider can be kept from sending mail.
    pub is_silent: bool,
    /// The instant of the cycle.
    pub now: DateTime<Utc>,
}

/// Who settles what a strategy leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The user's strategy.
    Strategy,
    /// A person, who keeps this side.
    Person(Winner),
}

/// A link that is open, and what stands on both of its sides.
struct Open<'a> {
    pair: &'a Pair,
    link: &'a Link,
    base: &'a Base,
    task: Option<&'a Task>,
    /// What the event says, where it was read.
    event: Option<Content>,
}

impl Deciding<'_> {
    /// The step that a task and its event need; none while nothing can be
    /// decided, or where there is nothing to note.
    pub(super) fn step(&self, pair: &Pair) -> Option<Step> {
        let task = live(pair);
        match pair.link.as_ref().map(|link| (link, &link.state)) {
            Some((link, LinkState::Open { base, .. })) => {
                let open = Open::of(pair, link, base);
                match self.is_locked(&open) {
                    true => None,
                    false => Some(self.open(&open, None)),
                }
            }
            Some((link, LinkState::Pending)) => self.pending(pair, link, task),
            None | Some((_, LinkState::Closed)) => self.unlinked(pair, task),
        }
    }

    /// The step that settles the open question of a task; none where there is
    /// no event that it could be about.
    pub(super) fn settlement(&self, pair: &Pair, answer: Answer) -> Option<Step> {
        let link = pair.link.as_ref()?;
        let LinkState::Open { base, .. } = &link.state else {
            return None;
        };
        Some(self.open(&Open::of(pair, link, base), Some(answer)))
    }

    /// A task that may be given an event.
    fn unlinked(&self, pair: &Pair, task: Option<&Task>) -> Option<Step> {
        let obstacle = obstacle(self.preferences, Some(self.calendar));
        let content = task.map(|task| &task.content);
        let Creation::Create { generation } =
            creation(content, pair.link.as_ref(), obstacle, &self.window)
        else {
            return None;
        };
        Some(Step {
            link: LinkChange::Open { generation },
            outbox: put(
                create(generation, content?),
                "the task is planned".to_owned(),
            ),
            ..pair.step()
        })
    }

    /// A task whose event may exist already, once sending its creation was
    /// begun. What was to be sent first stays then, unless it was refused: what
    /// became of the task since is decided on once the event is known, which
    /// somebody may have edited. One that is not wanted any more is only looked
    /// for.
    fn pending(&self, pair: &Pair, link: &Link, task: Option<&Task>) -> Option<Step> {
        let known = pair.outbox.as_ref();
        let may_exist = known.is_none_or(|entry| entry.attempts > 0 && !entry.is_refused);
        let wanted = task
            .map(|task| &task.content)
            .filter(|one| one.time.is_some());
        let is_for_new = self.calendar.is_primary_write && self.calendar.access_role.is_writable();
        match (wanted, may_exist) {
            (None, true) => {
                let why = "the task is to have no event any more".to_owned();
                let content = match known.map(|entry| &entry.action) {
                    Some(Action::Create { content, .. } | Action::Find { content }) => {
                        content.clone()
                    }
                    Some(Action::Update { .. } | Action::Delete { .. }) | None => {
                        Content::default()
                    }
                };
                Some(self.send(pair, Action::Find { content }, why))
            }
            (None, false) => Some(Step {
                link: LinkChange::Close,
                ..pair.step()
            }),
            // The calendar for new events may be another one by now.
            (Some(_), false) if !is_for_new => Some(Step {
                link: LinkChange::Remove,
                ..pair.step()
            }),
            (Some(_), true) if known.is_some_and(is_creation) => None,
            (Some(content), _) => {
                let action = create(link.generation, content);
                Some(self.send(pair, action, "the task is planned".to_owned()))
            }
        }
    }

    /// A task that has an event.
    fn open(&self, open: &Open<'_>, answer: Option<Answer>) -> Step {
        let winner = self.winner(open, answer);
        let content = open.task.map(|task| &task.content);
        let decide = match answer {
            Some(_) => settle,
            None => reconcile,
        };
        let decision = decide(open.base, content, open.now(), self.access(open), winner);
        let record = Record {
            deciding: self,
            open,
            answer,
        };
        let mut step = self.carried(open, &decision);
        if let Some(base) = decision.base
            && step.link == LinkChange::Keep
        {
            step.link = LinkChange::Renew(Box::new(base));
        }
        record.of(&decision.action, &mut step);
        step
    }

    /// The step of a decision, without its base and without its record.
    fn carried(&self, open: &Open<'_>, decision: &Decision) -> Step {
        let pair = open.pair;
        match &decision.action {
            reconcile::Action::Keep
            | reconcile::Action::Rebase
            | reconcile::Action::Conflict { .. } => silent(pair),
            reconcile::Action::Push { fields } => self.push(open, fields, decision),
            reconcile::Action::Pull { fields } => open.follow(fields, silent(pair)),
            reconcile::Action::Merge(Merged { push, pull, .. }) => {
                let step = match push.is_empty() {
                    true => silent(pair),
                    false => self.push(open, push, decision),
                };
                open.follow(pull, step)
            }
            reconcile::Action::DeleteEvent { pull, .. } => {
                let why = match open.task {
                    None => "the task was deleted",
                    Some(_) => "the task has no time any more",
                };
                let action = Action::Delete {
                    etag: open.etag(decision),
                };
                open.follow(pull, self.send(pair, action, why.to_owned()))
            }
            reconcile::Action::Recreate => match open.task {
                None => silent(pair),
                Some(task) => {
                    let generation = open.link.generation.saturating_add(1);
                    let action = create(generation, &task.content);
                    let why = "its event was deleted, the task is kept".to_owned();
                    Step {
                        link: LinkChange::Recreate { generation },
                        ..self.send(pair, action, why)
                    }
                }
            },
            reconcile::Action::Unlink => Step {
                task: match open.task {
                    Some(_) => TaskChange::Unschedule,
                    None => TaskChange::Keep,
                },
                link: LinkChange::Close,
                ..pair.step()
            },
            reconcile::Action::Forget => Step {
                link: LinkChange::Remove,
                ..pair.step()
            },
        }
    }

    fn push(&self, open: &Open<'_>, fields: &[Field], decision: &Decision) -> Step {
        let Some(task) = open.task else {
            return silent(open.pair);
        };
        let names: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
        let action = Action::Update {
            etag: open.etag(decision),
            fields: fields.to_vec(),
            content: task.content.clone(),
        };
        self.send(
            open.pair,
            action,
            format!("the task changed: {}", names.join(", ")),
        )
    }

    /// Has an action sent; one that is decided on again keeps its place.
    fn send(&self, pair: &Pair, action: Action, why: String) -> Step {
        let known = pair.outbox.as_ref().map(|entry| &entry.action);
        Step {
            outbox: match known == Some(&action) {
                true => OutboxChange::Keep,
                false => put(action, why),
            },
            ..pair.step()
        }
    }

    /// Whether an event is to go that only its calendar keeps from being
    /// written: it goes once that may be written again.
    fn is_locked(&self, open: &Open<'_>) -> bool {
        let is_unwanted = open.task.is_none_or(|task| task.content.time.is_none());
        let is_there = open.event.is_some() || open.pair.event.is_none();
        is_unwanted && is_there && !self.calendar.access_role.is_writable()
    }

    fn access(&self, open: &Open<'_>) -> Access {
        match &open.pair.event {
            Some(linked) => Access::of(&linked.event, self.calendar.access_role, self.is_silent),
            // It is not listed yet: we have just created it.
            None if self.calendar.access_role.is_writable() => Access::Ours,
            None => Access::NotOurs,
        }
    }

    /// Who wins a clash. That the task followed its event is no edit of it.
    fn winner(&self, open: &Open<'_>, answer: Option<Answer>) -> Winner {
        if let Some(Answer::Person(winner)) = answer {
            return winner;
        }
        if let Some(winner) = self.newest_of_deletion(open, answer) {
            return winner;
        }
        let followed = |task: &&Task| open.link.pulled_at.is_some_and(|at| task.updated_at <= at);
        let task = open.task.filter(|task| !followed(task));
        let event = open.pair.event.as_ref();
        let moments = (
            task.map(|task| task.updated_at),
            event.and_then(|linked| linked.event.updated_at),
        );
        winner(self.preferences.conflict_strategy, moments.0, moments.1)
    }
}

/// The later of an edit and a deletion, where that is asked for. When an event
/// was deleted no provider says.
impl Deciding<'_> {
    fn newest_of_deletion(&self, open: &Open<'_>, answer: Option<Answer>) -> Option<Winner> {
        let newest = self.preferences.conflict_strategy == ConflictStrategy::PreferNewest;
        if answer.is_none() || !newest {
            return None;
        }
        let event = open.pair.event.as_ref()?;
        match (open.task, &open.event) {
            (Some(_), Some(_)) => None,
            (_, None) => Some(Winner::Nobody),
            (None, Some(_)) => {
                let task = open.pair.task.as_ref().and_then(|task| task.deleted_at);
                let moments = task.zip(event.event.updated_at);
                Some(
                    moments.map_or(Winner::Nobody, |(task, event)| match task > event {
                        true => Winner::Task,
                        false => Winner::Event,
                    }),
                )
            }
        }
    }
}

impl<'a> Open<'a> {
    fn of(pair: &'a Pair, link: &'a Link, base: &'a Base) -> Self {
        let event = pair.event.as_ref();
        let event = event.filter(|linked| linked.removed_at.is_none() && !is_gone(&linked.event));
        Self {
            pair,
            link,
            base,
            task: live(pair),
            event: event.map(|linked| Content::of(&linked.event)),
        }
    }

    /// The event as far as it was read since the base. One that says nothing
    /// new may be older than the base, unless the base asks for a comparison.
    fn now(&self) -> EventNow<'_> {
        match (&self.pair.event, &self.event) {
            (None, _) => EventNow::Unread,
            (Some(_), None) => EventNow::Gone,
            (Some(linked), Some(content)) if linked.is_news || self.base.etag.is_none() => {
                EventNow::Read(Revision {
                    content,
                    etag: linked.event.etag.as_deref(),
                })
            }
            (Some(_), Some(_)) => EventNow::Unread,
        }
    }

    /// What the event says; of one that was not read, what both last agreed on.
    fn event_content(&self) -> Option<&Content> {
        match &self.pair.event {
            None => Some(&self.base.event),
            Some(_) => self.event.as_ref(),
        }
    }

    fn external_id(&self) -> Option<ExternalId> {
        match &self.link.state {
            LinkState::Open { external_id, .. } => Some(external_id.clone()),
            LinkState::Pending | LinkState::Closed => None,
        }
    }

    /// The revision that a write is meant for.
    fn etag(&self, decision: &Decision) -> Option<String> {
        let base = decision.base.as_ref().unwrap_or(self.base);
        let read = match self.now() {
            EventNow::Read(revision) => revision.etag.map(str::to_owned),
            EventNow::Unread | EventNow::Gone => None,
        };
        read.or_else(|| base.etag.clone())
    }

    /// Has the task follow the event in some fields.
    fn follow(&self, fields: &[Field], step: Step) -> Step {
        match (&self.event, fields.is_empty()) {
            (Some(content), false) => Step {
                task: TaskChange::Write {
                    content: content.clone(),
                    fields: fields.to_vec(),
                },
                ..step
            },
            (_, true) | (None, false) => step,
        }
    }
}

/// The task, if it was not deleted and is not somebody else's by now.
fn live(pair: &Pair) -> Option<&Task> {
    let theirs = |task: &&Task| {
        let link = pair.link.as_ref();
        link.is_none_or(|link| link.user_id == task.user_id || link.state == LinkState::Closed)
    };
    let task = pair.task.as_ref().filter(theirs);
    task.filter(|task| task.deleted_at.is_none())
}

/// Nothing is sent; what was to be sent before has no reason any more.
fn silent(pair: &Pair) -> Step {
    Step {
        outbox: match pair.outbox {
            Some(_) => OutboxChange::Drop,
            None => OutboxChange::Keep,
        },
        ..pair.step()
    }
}

fn is_creation(entry: &OutboxEntry) -> bool {
    matches!(entry.action, Action::Create { .. })
}

fn create(generation: u32, content: &Content) -> Action {
    Action::Create {
        generation,
        content: content.clone(),
    }
}

fn put(action: Action, why: String) -> OutboxChange {
    OutboxChange::Put {
        action,
        why,
        parked: false,
    }
}
