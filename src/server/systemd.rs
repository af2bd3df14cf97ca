//! What systemd is told. Without systemd nobody is, and all of this is only a
//! look at queue and store from time to time.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval};

use super::Receiver;
use super::health::Health;

/// How often queue and store are looked at.
const EVERY: Duration = Duration::from_secs(15);

/// Tells that the receiver is ready, then how it is, for as long as it runs.
/// It is ready also while the queue is away: somebody has to ask the providers
/// to try again. The watchdog, if there is one, hears of it only while the queue
/// takes what is pushed.
pub(super) async fn keep_informed(receiver: &Receiver) {
    receiver.backends.tried().await;
    let watchdog = sd_notify::watchdog_enabled().map(|limit| limit / 2);
    let mut ticks = interval(watchdog.map_or(EVERY, |half| half.min(EVERY)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = String::new();
    loop {
        ticks.tick().await;
        let health = receiver.health().await;
        let status = status(&health);
        let mut states = Vec::new();
        if told.is_empty() {
            states.push(NotifyState::Ready);
        }
        if told != status {
            states.push(NotifyState::Status(&status));
        }
        if watchdog.is_some() && health.takes() {
            states.push(NotifyState::Watchdog);
        }
        tell(&states);
        told = status;
    }
}

/// Tells that the receiver is about to end.
pub(super) fn stopping() {
    let answering = NotifyState::Status("answering what is in flight");
    tell(&[NotifyState::Stopping, answering]);
}

fn status(health: &Health) -> String {
    match health.missing()[..] {
        [] => "taking notifications".to_owned(),
        ref missing => format!("not available: {}", missing.join(", ")),
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if states.is_empty() {
        return;
    }
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd was not told");
    }
}
