//! Notifications: what a channel says, and to whom (contract 6.2).

use super::super::push::{self, Mishaps, Post, Retry};
use super::calendar::Object;
use super::channel::Channel;
use super::world::World;

/// What Google's deliveries call themselves.
const USER_AGENT: &str =
    "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)";

/// A notification of one channel.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    channel: Channel,
    number: u64,
    state: &'static str,
}

/// What tests let happen to notifications of this model.
pub(super) type Mishap = Mishaps<Notice>;

impl push::Notice for Notice {
    fn forge(&mut self) {
        let token = self.channel.token.as_deref().unwrap_or_default();
        self.channel.token = Some(push::forged(token));
    }
}

impl Notice {
    /// The greeting of a new channel.
    pub(super) fn hello(channel: &mut Channel) -> Self {
        channel.number = 1;
        Self {
            channel: channel.clone(),
            number: 1,
            state: "sync",
        }
    }

    /// Something has changed: what, it does not say.
    pub(super) fn exists(channel: &mut Channel) -> Self {
        Self {
            number: channel.next_number(),
            channel: channel.clone(),
            state: "exists",
        }
    }

    /// The POST that says it; there is no body.
    pub(super) fn post(self, retry: Retry) -> Post {
        let Channel {
            id,
            resource_id,
            resource_uri,
            address,
            token,
            expires,
            ..
        } = self.channel;
        let expires = expires.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut headers = vec![
            ("User-Agent", USER_AGENT.to_owned()),
            ("X-Goog-Channel-ID", id),
            ("X-Goog-Message-Number", self.number.to_string()),
            ("X-Goog-Resource-ID", resource_id),
            ("X-Goog-Resource-State", self.state.to_owned()),
            ("X-Goog-Resource-URI", resource_uri),
            ("X-Goog-Channel-Expiration", expires),
        ];
        headers.extend(token.map(|token| ("X-Goog-Channel-Token", token)));
        Post {
            url: address,
            headers,
            body: String::new(),
            retry,
        }
    }
}

impl World {
    /// Tells the channels of a calendar that `event` has changed.
    pub(super) fn announce(&mut self, calendar: &str, event: &Object) {
        let channels = self.channels.live(calendar, self.clock.now());
        let kind = event.get("eventType").and_then(|kind| kind.as_str());
        let kind = kind.unwrap_or("default");
        let told = channels.iter_mut().filter(|channel| {
            channel.types.is_empty() || channel.types.iter().any(|wanted| wanted == kind)
        });
        let notices: Vec<Notice> = told.map(Notice::exists).collect();
        self.dispatch(notices);
    }

    /// Sends notifications, with what befalls them.
    pub(super) fn dispatch(&mut self, notices: Vec<Notice>) {
        let retry = self.retry();
        for notice in self.mishaps.meet(notices) {
            self.push.queue(notice.post(retry));
        }
    }

    /// Sends what was held.
    pub(super) fn release(&mut self) {
        let retry = self.retry();
        for notice in self.mishaps.release() {
            self.push.queue(notice.post(retry));
        }
    }

    /// After which answers a notification is sent again.
    pub(super) fn retry(&self) -> Retry {
        Retry::Outage {
            unanswered: self.behaviour.retry_unanswered,
        }
    }
}
