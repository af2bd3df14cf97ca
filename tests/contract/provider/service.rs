//! What sentences do at a service, in words that hold for all of them.

use async_trait::async_trait;
use calsync::model::account::ProviderKind;
use calsync::model::notification::Signal;
use calsync::sandbox::faults::{Effect, Fault};

/// An event as its owner enters it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) title: Option<String>,
    pub(super) start: String,
    pub(super) end: String,
    /// Of an event that takes whole days: none.
    pub(super) zone: Option<&'static str>,
    /// How many days in a row.
    pub(super) daily: Option<u32>,
    pub(super) details: Vec<Detail>,
}

/// What an event has besides its times.
#[derive(Clone, Copy, Debug)]
pub(super) enum Detail {
    /// Somebody else invited, and this is the answer.
    Invited(Answer),
    Free,
    Conference(&'static str),
    ReminderMinutes(u32),
    Place(&'static str),
    Description(&'static str),
    /// Address and answer of a guest who need not come.
    Guest(&'static str, Answer),
}

/// An answer to an invitation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Accepted,
    Declined,
}

/// An event on a day from one time to another, in UTC.
pub(super) fn event(title: &str, start: &str, end: &str) -> Draft {
    Draft {
        title: Some(title.to_owned()),
        start: start.to_owned(),
        end: end.to_owned(),
        zone: Some("UTC"),
        daily: None,
        details: Vec::new(),
    }
}

impl Draft {
    /// Begins and ends by the clocks of a zone.
    pub(super) fn zone(mut self, zone: &'static str) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Takes whole days.
    pub(super) fn whole_days(mut self) -> Self {
        self.zone = None;
        self
    }

    /// Repeats every day, so many times.
    pub(super) fn daily(mut self, times: u32) -> Self {
        self.daily = Some(times);
        self
    }

    pub(super) fn untitled(mut self) -> Self {
        self.title = None;
        self
    }

    pub(super) fn with(mut self, detail: Detail) -> Self {
        self.details.push(detail);
        self
    }
}

/// A service with one account and its main calendar.
#[async_trait]
pub(super) trait Service: Send + Sync {
    fn kind(&self) -> ProviderKind;
    /// The account's main calendar.
    fn main(&self) -> String;
    /// Adds a calendar that the account owns, or may only read.
    fn add_calendar(&self, name: &str, own: bool);
    /// Enters an event; answers its id.
    fn put(&self, event: &Draft) -> String;
    fn rename(&self, event: &str, title: &str);
    fn delete(&self, event: &str);
    /// Moves the occurrence of a day to another time of that day, in UTC.
    fn move_occurrence(&self, series: &str, day: &str, start: &str, end: &str);
    /// Cancels the occurrence of a day.
    fn cancel_occurrence(&self, series: &str, day: &str);
    /// Events on a page of a listing.
    fn page_size(&self) -> usize;
    /// Every second page is empty, but not the last.
    fn empty_pages(&self);
    fn expire_tokens(&self);
    /// An access token that is valid now.
    fn access_token(&self) -> String;
    /// A refresh token that is valid now.
    fn refresh_token(&self) -> String;
    /// From now on a refresh token dies by its use.
    fn rotate_refresh_tokens(&self);
    fn revoke(&self);
    /// Something goes wrong with listings of events.
    fn trouble(&self, trouble: Trouble);
    /// Requests so far, without those for tokens.
    fn requests(&self) -> usize;
    /// From now on the main calendar cannot be watched.
    fn refuse_watches(&self);
    /// From now on no address of a watch is taken, or none that says nothing.
    fn refuse_addresses(&self);
    /// From now on no watch lasts for a week.
    fn shorten_watches(&self);
    /// The next watch is made, and its grant lost.
    fn lose_a_grant(&self);
    /// The next writes are done, and their answers lost.
    fn lose_answers_of_writes(&self, times: u32);
    /// Somebody renames an event just before one of the next writes, counted
    /// from 1, is done.
    fn rename_before_write(&self, number: u32, event: &str, title: &str);
    /// From now on writes are refused.
    fn refuse_writes(&self);
    /// Mails that people were sent.
    fn mails(&self) -> usize;
    /// Ends a watch without a word.
    fn end_watch(&self, watch: &str);
    /// Sends word of a watch itself; false where there is no such word.
    fn say(&self, watch: &str, signal: Signal) -> bool;
    /// From now on notifications carry another secret.
    fn forge_notifications(&self);
    /// Returns when no notification is under way.
    async fn settle(&self);
}

/// What goes wrong with listings.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) what: What,
    pub(super) times: u32,
}

/// The trouble of one request.
#[derive(Clone, Debug)]
pub(super) enum What {
    Refused(Refusal),
    RefusedFor { seconds: u32 },
    Redirect(String),
    Truncated,
    Html,
    Dropped,
    RepeatedPage,
    NoToken,
    ForeignLinks(String),
}

/// A refusal in the service's own words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    TooMany,
    Failing,
    BadToken,
    Denied,
}

/// It happens once.
pub(super) fn once(what: What) -> Trouble {
    Trouble { what, times: 1 }
}

/// It does not end.
pub(super) fn always(what: What) -> Trouble {
    Trouble {
        what,
        times: u32::MAX,
    }
}

/// A fault; `refuse` is how the service words a refusal.
pub(super) fn fault<K, H>(
    trouble: Trouble,
    refuse: impl Fn(Refusal) -> (u16, String),
) -> Fault<K, H>
where
    K: Copy + PartialEq,
    H: Clone,
{
    let answer = |refusal| {
        let (status, body) = refuse(refusal);
        Fault::answer(status, &body)
    };
    let fault = match trouble.what {
        What::Refused(refusal) => answer(refusal),
        What::RefusedFor { seconds } => answer(Refusal::TooMany).retry_after(&seconds.to_string()),
        What::Redirect(url) => Fault::new(Effect::Redirect(url)),
        What::Truncated => Fault::new(Effect::TruncatedBody),
        What::Html => Fault::new(Effect::Html),
        What::Dropped => Fault::new(Effect::DropBefore),
        What::RepeatedPage => Fault::new(Effect::RepeatPage),
        What::NoToken => Fault::new(Effect::NoSyncToken),
        What::ForeignLinks(base) => Fault::new(Effect::ForeignLinks(base)),
    };
    fault.times(trouble.times)
}
