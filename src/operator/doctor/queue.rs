//! The queue: whether it answers, what is put aside in it, whether it is
//! drained.

use chrono::{DateTime, TimeDelta, Utc};

use super::check::Check;
use crate::config::QueueUrl;
use crate::context::Context;
use crate::operator::output::{counted, moment};
use crate::queue::QueueStatus;

const NAME: &str = "queue";

/// What waits for longer is not drained: what failed is tried again sooner.
const LONG: TimeDelta = TimeDelta::hours(1);

pub(super) async fn look(cx: &Context) -> Check {
    if let QueueUrl::Sqlite(file) = &cx.config.queue.url
        && std::fs::metadata(file).map_or(0, |file| file.len()) == 0
    {
        let file = file.display();
        let found = format!("not there yet: {file} is made when it is first needed");
        return Check::skip(NAME, found);
    }
    match seen(cx).await {
        Ok((status, risks)) => judge(&status, risks, cx.now()),
        Err(error) => Check::fail(NAME, error, "mend what it says, or set queue.url"),
    }
}

async fn seen(cx: &Context) -> anyhow::Result<(Vec<QueueStatus>, Vec<String>)> {
    let queue = cx.queue().await?;
    Ok((queue.status().await?, queue.risks().await))
}

fn judge(status: &[QueueStatus], risks: Vec<String>, now: DateTime<Utc>) -> Check {
    let sum = |of: fn(&QueueStatus) -> u64| status.iter().map(of).sum::<u64>();
    let waiting = sum(|status| status.waiting + status.held);
    let dead = sum(|status| status.dead);
    let oldest = status.iter().filter_map(|status| status.oldest).min();
    let mut found = vec![format!("{} waiting", counted(waiting, "notification"))];
    let mut advice = Vec::new();
    if dead > 0 {
        found.push(format!("{dead} put aside"));
        advice.push("`calsync queue dead` shows what was put aside and why".to_owned());
    }
    if let Some(oldest) = oldest.filter(|oldest| now - *oldest > LONG) {
        found.push(format!("the oldest since {}", moment(oldest)));
        advice.push(
            "is calsync-drain-webhooks.timer running? `calsync drain-webhooks` serves what waits"
                .to_owned(),
        );
    }
    if !risks.is_empty() {
        found.push("notifications may get lost".to_owned());
        advice.extend(risks);
    }
    match advice.is_empty() {
        true => Check::ok(NAME, found.join(", ")),
        false => Check::warn(NAME, found.join(", "), advice.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::ProviderKind;

    fn now() -> DateTime<Utc> {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    fn status(dead: u64, oldest: Option<TimeDelta>) -> Vec<QueueStatus> {
        vec![QueueStatus {
            provider: ProviderKind::Google,
            waiting: 1,
            held: 1,
            dead,
            oldest: oldest.map(|age| now() - age),
        }]
    }

    #[test]
    fn what_waits_is_well_until_it_waits_for_long() {
        let check = judge(&status(0, Some(LONG)), Vec::new(), now());
        assert_eq!(check, Check::ok(NAME, "2 notifications waiting"));
        let late = LONG + TimeDelta::seconds(1);
        let line = judge(&status(0, Some(late)), Vec::new(), now()).line();
        assert!(
            line.starts_with("warn") && line.contains("drain-webhooks"),
            "{line}"
        );
    }

    #[test]
    fn what_may_get_lost_and_what_was_put_aside_are_warnings() {
        let line = judge(
            &status(3, None),
            vec!["set appendonly yes".to_owned()],
            now(),
        )
        .line();
        for part in [
            "warn",
            "3 put aside",
            "calsync queue dead",
            "set appendonly yes",
        ] {
            assert!(line.contains(part), "{line}");
        }
    }
}
