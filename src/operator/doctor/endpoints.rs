//! The providers' addresses, and what their clocks say of ours.

use chrono::TimeDelta;
use futures_util::future::join_all;
use url::Url;

use super::check::Check;
use super::transport;
use crate::config::Config;
use crate::context::{Context, read_clock};
use crate::model::account::ProviderKind;
use crate::provider::Probe;

const CLOCK: &str = "clock";

/// Clocks may differ by this much.
const SLIGHT: TimeDelta = TimeDelta::minutes(2);
/// By more than this tokens seem to last that are over, and deliveries seem
/// to be from another time.
const MOST: TimeDelta = TimeDelta::minutes(10);

/// The clock, and each address.
pub(super) async fn look(cx: &Context) -> Vec<Check> {
    let configured = ProviderKind::ALL
        .into_iter()
        .filter(|kind| cx.client_id(*kind).is_some());
    let addresses: Vec<_> = configured
        .flat_map(|kind| addresses(&cx.config, kind))
        .collect();
    let probe = Probe::new(transport());
    let tried = addresses.iter().map(|(name, url)| reach(&probe, name, url));
    let (checks, skews): (Vec<_>, Vec<_>) = join_all(tried).await.into_iter().unzip();
    let mut found = vec![clock(skews.into_iter().flatten().collect())];
    found.extend(checks);
    found
}

/// The addresses of a provider by their settings.
fn addresses(config: &Config, kind: ProviderKind) -> Vec<(&'static str, &Url)> {
    let (google, microsoft) = (&config.google, &config.microsoft);
    match kind {
        ProviderKind::Google => vec![
            ("google.api_url", &google.api_url),
            ("google.auth_url", &google.auth_url),
            ("google.token_url", &google.token_url),
            ("google.revoke_url", &google.revoke_url),
        ],
        ProviderKind::Microsoft => vec![
            ("microsoft.api_url", &microsoft.api_url),
            ("microsoft.auth_url", &microsoft.auth_url),
            ("microsoft.device_url", &microsoft.device_url),
            ("microsoft.token_url", &microsoft.token_url),
        ],
    }
}

/// Whether an address answers, and how far its clock is ahead of ours.
async fn reach(probe: &Probe, name: &str, url: &Url) -> (Check, Option<TimeDelta>) {
    let host = url.host_str().unwrap_or_default();
    match probe.reach(url).await {
        Ok(reached) => {
            let skew = reached.date.map(|date| date - read_clock());
            (Check::ok(name, format!("{host} answers")), skew)
        }
        Err(error) => {
            let advice = format!(
                "look at the network, DNS, firewall and proxy of this machine; is {name} right?"
            );
            (Check::fail(name, format!("{host}: {error}"), advice), None)
        }
    }
}

/// The provider that is nearest decides: one alone may be wrong itself.
fn clock(skews: Vec<TimeDelta>) -> Check {
    let Some(skew) = skews.into_iter().min_by_key(TimeDelta::abs) else {
        return Check::skip(
            CLOCK,
            "no provider answers whose clock it could be compared with",
        );
    };
    let seconds = skew.abs().num_seconds();
    let found = format!("{seconds} s from the providers' clocks");
    let advice = "set this machine's clock, and keep it right (`timedatectl set-ntp true`)";
    match skew.abs() {
        skew if skew > MOST => Check::fail(CLOCK, found, advice),
        skew if skew > SLIGHT => Check::warn(CLOCK, found, advice),
        _ => Check::ok(CLOCK, found),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    #[test]
    fn a_clock_may_differ_a_little_either_way() {
        let second = TimeDelta::seconds(1);
        for (skew, expected) in [
            (SLIGHT, Verdict::Ok),
            (SLIGHT + second, Verdict::Warn),
            (MOST, Verdict::Warn),
            (MOST + second, Verdict::Fail),
        ] {
            assert_eq!(clock(vec![skew]).verdict, expected, "{skew}");
            assert_eq!(clock(vec![-skew]).verdict, expected, "-{skew}");
        }
        assert_eq!(clock(Vec::new()).verdict, Verdict::Skip);
        assert_eq!(clock(vec![MOST * 2, second]).verdict, Verdict::Ok);
    }
}
