//! Look-alikes of a user: which of them are shown, and which of them a person
//! is asked about. No provider is asked for anything.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::Sync;
use crate::engine::duplicate::Which;
use crate::engine::look_alike::{Verdict, judge};
use crate::model::account::ProviderKind;
use crate::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use crate::model::content::{Content, Field, Fields};
use crate::model::id::{ConflictId, UserId};
use crate::model::look_alike::{Question, Twin, Twins};
use crate::model::preferences::{DuplicateStrategy, Preferences};
use crate::model::user::User;
use crate::store::{Note, StoreError};

/// Pairs that are looked at together.
const PAGE: u32 = 1000;

/// What a question shows of either event.
const FIELDS: [Field; 3] = [Field::Title, Field::Location, Field::Time];

/// What became of a user's look-alikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookAlikeCounts {
    /// Questions that are new and left to a person.
    pub asked: u64,
    /// Questions that the strategy settled, new ones included.
    pub settled: u64,
    /// Questions that no longer matter.
    pub moot: u64,
    /// Questions that wait for a person now, new ones included.
    pub open: u64,
}

impl Sync {
    /// Finds the look-alikes of a user on two providers, settles what the
    /// user's strategy settles, leaves the rest to a person, and drops what is
    /// no question any more. Costs next to nothing for users without calendars
    /// of two providers.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn look_alikes(
        &self,
        user: &User,
        preferences: &Preferences,
    ) -> Result<LookAlikeCounts, StoreError> {
        let first = self.judge_twins(user, preferences).await?;
        if first.moot == 0 {
            return Ok(first);
        }
        // What shows again may be alike to others.
        let second = self.judge_twins(user, preferences).await?;
        Ok(LookAlikeCounts {
            asked: first.asked + second.asked,
            settled: first.settled + second.settled,
            moot: first.moot + second.moot,
            open: second.open,
        })
    }

    /// Looks at all pairs once, and writes down what is new in one write.
    async fn judge_twins(
        &self,
        user: &User,
        preferences: &Preferences,
    ) -> Result<LookAlikeCounts, StoreError> {
        let mut found = Found::new(&user.id, preferences.duplicate_strategy, self.clock.begun());
        let mut after = None;
        loop {
            let page = self.store.look_alike_list(&user.id, after, PAGE).await?;
            page.iter().for_each(|twins| found.add(twins));
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after = Some(last.key()),
                Some(_) | None => break,
            }
        }
        let open = found.open;
        let notes = found.notes();
        if notes.is_empty() {
            return Ok(LookAlikeCounts {
                open,
                ..LookAlikeCounts::default()
            });
        }
        let noted = self
            .store
            .look_alike_note(notes, self.clock.begun())
            .await?;
        Ok(LookAlikeCounts {
            asked: noted.asked,
            settled: noted.settled,
            moot: noted.moot,
            open: open + noted.asked,
        })
    }
}

/// What was decided so far.
struct Found<'a> {
    user: &'a UserId,
    strategy: DuplicateStrategy,
    now: DateTime<Utc>,
    dropped: Vec<Note>,
    /// With the moment when what is kept was edited.
    settled: Vec<(Option<DateTime<Utc>>, Note)>,
    asked: Vec<Note>,
    open: u64,
}

impl<'a> Found<'a> {
    fn new(user: &'a UserId, strategy: DuplicateStrategy, now: DateTime<Utc>) -> Self {
        Self {
            user,
            strategy,
            now,
            dropped: Vec::new(),
            settled: Vec::new(),
            asked: Vec::new(),
            open: 0,
        }
    }

    fn add(&mut self, twins: &Twins) {
        let question = twins.question.as_ref();
        match (judge(self.strategy, twins), question) {
            (Verdict::Leave, Some(Question { answer: None, .. })) => self.open += 1,
            (Verdict::Leave | Verdict::Drop, None) | (Verdict::Leave, Some(_)) => {}
            (Verdict::Drop, Some(question)) => self.dropped.push(Note::Drop(question.id.clone())),
            (Verdict::Ask, _) => {
                let question = self.question(&twins.first, &twins.second);
                self.asked.push(Note::Ask(Box::new(question)));
            }
            (Verdict::Settle(loser), _) => {
                let (kept, hidden) = match loser {
                    Which::First => (&twins.second, &twins.first),
                    Which::Second => (&twins.first, &twins.second),
                };
                let note = self.settlement(question, kept, hidden);
                self.settled.push((kept.event.updated_at, note));
            }
        }
    }

    /// A question that the strategy settles, asked already or not.
    fn settlement(&self, question: Option<&Question>, kept: &Twin, hidden: &Twin) -> Note {
        let strategy = self.strategy.as_str();
        match question {
            Some(question) => Note::Settle {
                id: question.id.clone(),
                kept: kept.id.clone(),
                strategy,
            },
            None => Note::Ask(Box::new(Conflict {
                strategy: Some(strategy.to_owned()),
                resolution_status: ResolutionStatus::Resolved,
                resolved_at: Some(self.now),
                ..self.question(kept, hidden)
            })),
        }
    }

    /// The question about two events, open.
    fn question(&self, one: &Twin, other: &Twin) -> Conflict {
        Conflict {
            id: ConflictId::generate(),
            user_id: self.user.clone(),
            calendar_id: one.calendar_id.clone(),
            task_id: None,
            external_id: None,
            event_id: Some(one.id.clone()),
            other_event_id: Some(other.id.clone()),
            kind: ConflictKind::Duplicate,
            summary: summary(one, other),
            base: None,
            ours: Some(fields(one)),
            theirs: Some(fields(other)),
            at_provider: false,
            strategy: None,
            resolution_status: ResolutionStatus::Open,
            detected_at: self.now,
            resolved_at: None,
        }
    }

    /// What to write down: first what no longer hides anything, then what is
    /// settled, beginning with what was edited last: behind it all its
    /// look-alikes are hidden, and none of them hides another. What a person is
    /// asked about comes last, if both are visible still.
    fn notes(mut self) -> Vec<Note> {
        self.settled.sort_by_key(|(edited, _)| Reverse(*edited));
        let settled = self.settled.into_iter().map(|(_, note)| note);
        self.dropped
            .into_iter()
            .chain(settled)
            .chain(self.asked)
            .collect()
    }
}

/// The question as a sentence without content.
fn summary(one: &Twin, other: &Twin) -> String {
    let calendar = |twin: &Twin| {
        let provider = match twin.provider {
            ProviderKind::Google => "Google",
            ProviderKind::Microsoft => "Microsoft",
        };
        format!("{provider} calendar {:?}", twin.calendar_name)
    };
    format!(
        "one meeting stands in two calendars: {}, {}",
        calendar(one),
        calendar(other)
    )
}

/// What an event says that tells it from others.
fn fields(twin: &Twin) -> Fields {
    Content::of(&twin.event).values(&FIELDS)
}
