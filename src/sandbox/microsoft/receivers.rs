//! Subscriptions and notifications, as tests see and disturb them.

use chrono::TimeDelta;

use super::super::push::{Mishap, Sent};
use super::Microsoft;
use super::notice::Lifecycle;
use super::subscription::Subscription;

impl Microsoft {
    /// The subscriptions that watch a calendar and live, oldest first.
    pub fn subscriptions(&self, calendar: &str) -> Vec<Subscription> {
        self.with(|world| {
            let now = world.clock.now();
            let Some(account) = world.account_of(calendar) else {
                return Vec::new();
            };
            let live = world.subscriptions.live(&account, now);
            live.iter()
                .filter(|one| one.covers(calendar))
                .cloned()
                .collect()
        })
    }

    /// Something becomes of a subscription, of which its lifecycle address
    /// hears, if there is one. Answers whether there was such a subscription.
    pub fn lifecycle(&self, subscription: &str, event: Lifecycle) -> bool {
        self.with(|world| {
            let now = world.clock.now();
            let grace = TimeDelta::minutes(world.behaviour.reauthorization_minutes);
            let Some(found) = world.subscriptions.find(subscription, now) else {
                return false;
            };
            if event == Lifecycle::ReauthorizationRequired {
                found.pauses = Some(now + grace);
            }
            let found = found.clone();
            if event == Lifecycle::SubscriptionRemoved {
                world.subscriptions.end(subscription);
            }
            world.announce_lifecycle(&found, event);
            true
        })
    }

    /// Ends a subscription without a word.
    pub fn end_subscription(&self, id: &str) {
        self.with(|world| {
            world.subscriptions.end(id);
        });
    }

    /// Answers requests for subscriptions to a calendar with 403 or 400;
    /// `None`: no more.
    pub fn refuse_subscriptions_to(&self, calendar: &str, status: Option<u16>) {
        self.on_calendar(calendar, |calendar| calendar.refuses_subscriptions = status);
    }

    /// Answers requests for subscriptions to anything in a mailbox with 403
    /// or 400, as some tenants do; `None`: no more.
    pub fn refuse_subscriptions_of(&self, email: &str, status: Option<u16>) {
        self.on_mailbox(email, |mailbox| mailbox.refuses_subscriptions = status);
    }

    /// Sends so many notifications of a subscription at once, though nothing
    /// has changed. Answers whether the subscription lives.
    pub fn storm(&self, subscription: &str, count: usize) -> bool {
        self.with(|world| {
            let now = world.clock.now();
            let found = world.subscriptions.find(subscription, now).cloned();
            found.map(|found| world.storm(&found, count)).is_some()
        })
    }

    /// Lets something happen to the next `times` notifications (`u32::MAX`:
    /// to all), those of subscriptions themselves included; several wait for
    /// each other.
    pub fn mishap(&self, mishap: Mishap, times: u32) {
        self.with(|world| world.mishaps.add(mishap, times));
    }

    /// Takes back the mishaps that still wait.
    pub fn clear_mishaps(&self) {
        self.with(|world| world.mishaps.clear());
    }

    /// Sends the notifications that were delayed: together, whosever they are.
    pub fn release(&self) {
        self.with(|world| world.release());
    }

    /// Every POST to a receiver since the last [`Microsoft::clear_sent`],
    /// oldest first.
    pub fn sent(&self) -> Vec<Sent> {
        self.push.sent()
    }

    /// Forgets what was sent; what receivers could not take stays kept.
    pub fn clear_sent(&self) {
        self.push.clear();
    }

    /// Returns when no notification is under way.
    pub async fn settle(&self) {
        self.push.settle().await;
    }

    /// Sends again what receivers could not take, and returns when it has
    /// arrived; how many POSTs. Four hours after the first try there is no
    /// other.
    pub async fn redeliver(&self) -> usize {
        let now = self.with(|world| world.clock.now());
        self.push.redeliver(now).await
    }
}
