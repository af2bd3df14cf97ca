//! Faults that tests inject: which request they hit and what then happens.
//!
//! Generic over the model: `K` is what a request asks for, `H` what a hook is.

use std::time::Duration;

/// What a fault does to the request it hits.
#[derive(Clone, Debug)]
pub enum Effect<H> {
    /// Answers this instead; nothing is processed.
    Answer {
        /// HTTP status.
        status: u16,
        /// `Content-Type`.
        content_type: &'static str,
        /// The body, as it is.
        body: String,
        /// The value of `Retry-After`, if any.
        retry_after: Option<String>,
        /// Other headers.
        headers: Vec<(&'static str, String)>,
    },
    /// 302 to this URL.
    Redirect(String),
    /// Processes, then cuts the JSON body in the middle.
    TruncatedBody,
    /// A page of HTML with status 200; nothing is processed.
    Html,
    /// The listing is empty and complete: 200, no items, a sync token.
    EmptyList,
    /// The page names itself as the next page.
    RepeatPage,
    /// The last page has no sync token (no delta link).
    NoSyncToken,
    /// Links to further pages and rounds begin with this instead of the API's
    /// base URL; a model without links takes no notice.
    ForeignLinks(String),
    /// Never answers.
    Hang,
    /// Drops the connection; nothing is processed.
    DropBefore,
    /// Processes, then drops the connection: the answer is lost.
    DropAfter,
    /// Processes; the body arrives in pieces with this pause between them.
    SlowBody(Duration),
    /// Waits before it processes.
    Latency(Duration),
    /// Does this just before it processes: somebody edits in between.
    Run(H),
}

/// An [`Effect`] and the requests it is for; by default the next one of any kind.
#[derive(Clone, Debug)]
pub struct Fault<K, H> {
    effect: Effect<H>,
    account: Option<String>,
    calendar: Option<String>,
    kinds: Vec<K>,
    page: Option<u32>,
    skip: u32,
    times: u32,
}

impl<K: Copy + PartialEq, H: Clone> Fault<K, H> {
    /// A fault that hits the next request, once.
    pub fn new(effect: Effect<H>) -> Self {
        Self {
            effect,
            account: None,
            calendar: None,
            kinds: Vec::new(),
            page: None,
            skip: 0,
            times: 1,
        }
    }

    /// Answers with this status and JSON body.
    pub fn answer(status: u16, body: &str) -> Self {
        let content_type = "application/json; charset=UTF-8";
        Self::new(Effect::Answer {
            status,
            content_type,
            body: body.to_owned(),
            retry_after: None,
            headers: Vec::new(),
        })
    }

    /// Adds `Retry-After` to an answer.
    pub fn retry_after(mut self, value: &str) -> Self {
        if let Effect::Answer { retry_after, .. } = &mut self.effect {
            *retry_after = Some(value.to_owned());
        }
        self
    }

    /// Adds another header to an answer.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Effect::Answer { headers, .. } = &mut self.effect {
            headers.push((name, value.to_owned()));
        }
        self
    }

    /// Only requests of this account.
    pub fn account(mut self, email: &str) -> Self {
        self.account = Some(email.to_owned());
        self
    }

    /// Only requests for this calendar.
    pub fn calendar(mut self, id: &str) -> Self {
        self.calendar = Some(id.to_owned());
        self
    }

    /// Only this method; called again, also that one.
    pub fn on(mut self, kind: K) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Only this page of a listing, from 1.
    pub fn page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// Lets the first `n - 1` matching requests pass.
    pub fn nth(mut self, n: u32) -> Self {
        self.skip = n.saturating_sub(1);
        self
    }

    /// Hits this many requests.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Hits every matching request until the faults are cleared.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    fn matches(&self, hit: &Hit<'_, K>) -> bool {
        let same =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        same(&self.account, hit.account)
            && same(&self.calendar, hit.calendar)
            && (self.kinds.is_empty() || self.kinds.contains(&hit.kind))
            && self.page.is_none_or(|page| page == hit.page)
    }

    fn take(&mut self) -> Option<Effect<H>> {
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        if self.times != u32::MAX {
            self.times -= 1;
        }
        Some(self.effect.clone())
    }
}

/// What a fault is matched against.
pub(super) struct Hit<'a, K> {
    pub(super) account: &'a str,
    pub(super) calendar: &'a str,
    pub(super) kind: K,
    pub(super) page: u32,
}

/// The faults that still wait for their request.
#[derive(Debug)]
pub(super) struct Faults<K, H>(Vec<Fault<K, H>>);

impl<K, H> Default for Faults<K, H> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + PartialEq, H: Clone> Faults<K, H> {
    /// Adds one behind the others.
    pub(super) fn add(&mut self, fault: Fault<K, H>) {
        self.0.push(fault);
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many still wait.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The effects on this request, in the order the faults were added.
    pub(super) fn take(&mut self, hit: &Hit<'_, K>) -> Vec<Effect<H>> {
        let effects = self
            .0
            .iter_mut()
            .filter(|fault| fault.matches(hit))
            .filter_map(Fault::take)
            .collect();
        self.0.retain(|fault| fault.times > 0);
        effects
    }
}
