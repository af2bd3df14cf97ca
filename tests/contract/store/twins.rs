//! A user with a calendar at each provider, and what one does with look-alikes.

use calsync::model::account::{NewAccount, ProviderKind};
use calsync::model::calendar::AccessRole;
use calsync::model::change::Change;
use calsync::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use calsync::model::event::Event;
use calsync::model::id::{AccountId, CalendarId, ConflictId, EventId, ExternalId, UserId};
use calsync::model::look_alike::{Answer, Keep, Twins};
use calsync::store::{Apply, Coverage, Note, Noted};

use super::bench::{Bench, discovery, lease, now};
use super::build::{Build, listed, login, user_id};

/// The bench's calendar is at Google; `other` is at Microsoft.
pub(crate) struct Both {
    pub(crate) bench: Bench,
    pub(crate) other: CalendarId,
    pub(crate) mailbox: AccountId,
}

impl Both {
    pub(crate) async fn of(bench: Bench) -> Self {
        let login = NewAccount {
            provider: ProviderKind::Microsoft,
            ..login("u", "u@example.org", "refresh")
        };
        let imported = bench.store.account_upsert(vec![login]).await.unwrap();
        let mailbox = imported[0].id.clone();
        let other = discover(&bench, &mailbox, "outlook").await;
        Self {
            bench,
            other,
            mailbox,
        }
    }

    /// The calendar of an event: titles at Microsoft begin with an `m`.
    fn calendar_of(&self, event: &str) -> &CalendarId {
        match event.starts_with('m') {
            true => &self.other,
            false => &self.bench.calendar,
        }
    }

    pub(crate) fn id(&self, event: &str) -> EventId {
        EventId::of(self.calendar_of(event), &ExternalId::new(event))
    }

    /// Pulls changes of a calendar.
    pub(crate) async fn pull(&self, calendar: &CalendarId, page: Vec<Change>) {
        let store = &self.bench.store;
        store.event_stage(calendar, page).await.unwrap();
        self.bench.apply(self.plan(calendar)).await;
    }

    pub(crate) fn plan(&self, calendar: &CalendarId) -> Apply {
        Apply {
            calendar: calendar.clone(),
            lease: lease(calendar, "cycle"),
            ..self.bench.plan(Coverage::Changes)
        }
    }

    /// Puts events in the calendars that their ids say.
    pub(crate) async fn put<const N: usize>(&self, events: [Event; N]) {
        for event in events {
            let calendar = self.calendar_of(event.external_id.as_str()).clone();
            self.pull(&calendar, vec![event.upsert()]).await;
        }
    }

    pub(crate) async fn remove(&self, event: &str) {
        let calendar = self.calendar_of(event).clone();
        self.pull(&calendar, vec![super::build::gone(event)]).await;
    }

    /// All pairs.
    pub(crate) async fn twins(&self) -> Vec<Twins> {
        self.twins_of(&user_id("u")).await
    }

    pub(crate) async fn twins_of(&self, user: &UserId) -> Vec<Twins> {
        let listed = self.bench.store.look_alike_list(user, None, 100);
        listed.await.unwrap()
    }

    /// All pairs in short: `g m`, and behind it the question.
    pub(crate) async fn pairs(&self) -> Vec<String> {
        let mut pairs: Vec<_> = self.twins().await.iter().map(short).collect();
        pairs.sort();
        pairs
    }

    /// A question, open; the first event is kept once it is settled.
    pub(crate) fn question(&self, id: &str, one: &str, other: &str) -> Conflict {
        Conflict {
            id: ConflictId::new(id),
            kind: ConflictKind::Duplicate,
            calendar_id: self.calendar_of(one).clone(),
            event_id: Some(self.id(one)),
            other_event_id: Some(self.id(other)),
            ..self.bench.conflict(id)
        }
    }

    pub(crate) fn ask(&self, id: &str, one: &str, other: &str) -> Note {
        Note::Ask(Box::new(self.question(id, one, other)))
    }

    /// A question that is settled at once: the first event is kept.
    pub(crate) fn settled(&self, id: &str, kept: &str, hidden: &str) -> Note {
        Note::Ask(Box::new(Conflict {
            strategy: Some("prefer_google".to_owned()),
            resolution_status: ResolutionStatus::Resolved,
            resolved_at: Some(now()),
            ..self.question(id, kept, hidden)
        }))
    }

    /// Asked, settled and moot.
    pub(crate) async fn note<const N: usize>(&self, notes: [Note; N]) -> (u64, u64, u64) {
        let noted = self.bench.store.look_alike_note(notes.into(), now()).await;
        let Noted {
            asked,
            settled,
            moot,
        } = noted.unwrap();
        (asked, settled, moot)
    }

    /// Settles a question as a person says.
    pub(crate) async fn keep(&self, id: &str, kept: &str) -> bool {
        let keep = match kept {
            "both" => Keep::Both,
            event => Keep::One(self.id(event)),
        };
        let id = ConflictId::new(id);
        let kept = self.bench.store.look_alike_keep(&id, keep, now());
        kept.await.unwrap()
    }

    pub(crate) async fn found(&self, id: &str) -> Option<Conflict> {
        let id = ConflictId::new(id);
        self.bench.store.conflict_find(&id).await.unwrap()
    }

    /// Every question: `c-1 resolved`.
    pub(crate) async fn questions(&self) -> Vec<String> {
        let conflicts = self.bench.store.conflict_list(false).await.unwrap();
        let short =
            |one: &Conflict| format!("{} {}", one.id.as_str(), one.resolution_status.as_str());
        conflicts.iter().map(short).collect()
    }

    pub(crate) async fn timeline(&self) -> Vec<String> {
        self.bench.timeline().await
    }

    /// The titles of the timeline.
    pub(crate) async fn shown(&self) -> Vec<String> {
        let rows = self.bench.rows().await;
        let mut titles: Vec<_> = rows.into_iter().filter_map(|row| row.title).collect();
        titles.sort();
        titles
    }

    pub(crate) async fn active(&self, calendar: &CalendarId, is_active: bool) {
        let set = self.bench.store.calendar_set_active(calendar, is_active);
        assert!(set.await.unwrap());
    }
}

/// Adds a calendar to an account, and takes its lease.
pub(crate) async fn discover(bench: &Bench, account: &AccountId, name: &str) -> CalendarId {
    let calendars = vec![listed(name, AccessRole::Owner)];
    let discovery = discovery(account, calendars);
    bench.store.calendar_discover(discovery).await.unwrap();
    let all = bench.store.calendar_list(None).await.unwrap();
    let found = all.iter().find(|one| one.external_id.as_str() == name);
    let id = found.unwrap().id.clone();
    bench.hold(&id).await;
    id
}

fn short(twins: &Twins) -> String {
    let mut titles = [&twins.first, &twins.second].map(|twin| twin.event.title.clone().unwrap());
    titles.sort();
    let question = twins.question.as_ref().map(|question| {
        let answer = match question.answer {
            None => "open",
            Some(Answer::One) => "one",
            Some(Answer::Both) => "both",
        };
        format!(" {} {answer}", question.id.as_str())
    });
    titles.join(" ") + &question.unwrap_or_default()
}
