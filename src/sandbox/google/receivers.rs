//! Channels and notifications, as tests see and disturb them.

use super::super::push::{Mishap, Sent};
use super::Google;
use super::channel::Channel;
use super::notice::Notice;

impl Google {
    /// The channels of a calendar that live, oldest first.
    pub fn channels(&self, calendar: &str) -> Vec<Channel> {
        self.with(|world| {
            let now = world.clock.now();
            world.channels.live(calendar, now).to_vec()
        })
    }

    /// Ends a channel without a word.
    pub fn end_channel(&self, id: &str) {
        self.with(|world| world.channels.end(id));
    }

    /// Whether a calendar can be watched; by default every one can.
    pub fn set_watchable(&self, calendar: &str, on: bool) {
        self.with(|world| {
            if let Some(calendar) = world.calendars.get_mut(calendar) {
                calendar.unwatchable = !on;
            }
        });
    }

    /// Sends so many notifications of a channel at once, though nothing has
    /// changed. Answers whether the channel lives.
    pub fn storm(&self, channel: &str, count: usize) -> bool {
        self.with(|world| {
            let now = world.clock.now();
            let Some(channel) = world.channels.find(channel, now) else {
                return false;
            };
            let notices = (0..count).map(|_| Notice::exists(channel)).collect();
            world.dispatch(notices);
            true
        })
    }

    /// Lets something happen to the next `times` notifications (`u32::MAX`:
    /// to all); several wait for each other. A greeting is no notification.
    pub fn mishap(&self, mishap: Mishap, times: u32) {
        self.with(|world| world.mishaps.add(mishap, times));
    }

    /// Takes back the mishaps that still wait.
    pub fn clear_mishaps(&self) {
        self.with(|world| world.mishaps.clear());
    }

    /// Sends the notifications that were delayed.
    pub fn release(&self) {
        self.with(|world| world.release());
    }

    /// Every POST to a receiver since the last [`Google::clear_sent`], oldest
    /// first.
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
    /// arrived; how many.
    pub async fn redeliver(&self) -> usize {
        let now = self.with(|world| world.clock.now());
        self.push.redeliver(now).await
    }
}
