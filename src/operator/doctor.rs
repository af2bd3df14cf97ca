//! `calsync doctor`: looks at everything, changes nothing.

mod accounts;
mod check;
mod configuration;
mod disk;
mod endpoints;
mod hooks;
mod key;
mod machine;
mod public_url;
mod queue;
mod registration;
mod store;
mod timers;
mod watches;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use self::check::Check;
pub use self::check::Verdict;
use super::output::Output;
use crate::config::ConfigError;
use crate::context::Context;
use crate::model::account::Account;
use crate::provider::{RetrySettings, TransportSettings};
use crate::store::{KeyRing, Store};

/// How long anything outside of this process may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Check that everything is in place, and say what to do where it is not
///
/// Looks at the configuration, the key, the store, the queue, the clock, the
/// addresses and registrations of the providers, webhooks.public_url, watches,
/// timers, accounts and hooks. Changes nothing. Ends with 0 when all is well,
/// with 3 when there are warnings, with 1 when something fails, and with 78 when
/// the configuration is wrong.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync doctor         a line for each check
  calsync --json doctor  the same for programs")]
pub struct Doctor {}

#[derive(Serialize)]
struct Findings {
    healthy: bool,
    checks: Vec<Check>,
}

/// What several checks look at.
struct Known {
    keys: Option<KeyRing>,
    /// Only one of the schema version that this program works with.
    store: Option<Arc<dyn Store>>,
    /// None where there is no store.
    accounts: Vec<Account>,
}

impl Doctor {
    /// Runs the command; the worst verdict.
    ///
    /// # Errors
    /// When the result cannot be written.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<Verdict> {
        let (keys, key) = key::look(cx);
        let (opened, stored) = store::look(cx, keys.clone()).await;
        let (store, accounts) = opened.unzip();
        let known = Known {
            keys,
            store,
            accounts: accounts.unwrap_or_default(),
        };
        let (tokens, queued, reached, registered, routed, watched, timed) = tokio::join!(
            key::tokens(&known),
            queue::look(cx),
            endpoints::look(cx),
            registration::look(cx, &known),
            public_url::look(cx, &known),
            watches::look(cx, &known),
            timers::look(cx, &known),
        );
        let configuration = configuration::look(&cx.config);
        let disk = disk::look(cx);
        let mut checks = vec![configuration, key, tokens, stored, disk, queued];
        checks.extend(reached);
        checks.extend(registered);
        checks.extend([routed, watched]);
        checks.extend(timed);
        checks.push(accounts::look(&known));
        checks.extend(hooks::look(&cx.config));
        tell(out, checks)
    }

    /// Tells of a configuration that cannot be read: nothing else can be looked
    /// at then.
    ///
    /// # Errors
    /// When the result cannot be written.
    pub fn misconfigured(error: &ConfigError, out: Output) -> anyhow::Result<()> {
        tell(out, vec![configuration::broken(error)]).map(drop)
    }
}

fn tell(out: Output, checks: Vec<Check>) -> anyhow::Result<Verdict> {
    let worst = checks.iter().map(|check| check.verdict).max();
    let worst = worst.unwrap_or(Verdict::Ok);
    let lines: Vec<_> = checks.iter().map(Check::line).collect();
    let findings = Findings {
        healthy: worst <= Verdict::Ok,
        checks,
    };
    out.value(&findings, &lines.join("\n"))?;
    Ok(worst)
}

/// How addresses are tried: once, and not for long.
fn transport() -> TransportSettings {
    TransportSettings {
        request_timeout: PATIENCE,
        connect_timeout: PATIENCE,
        retry: RetrySettings {
            attempts: 1,
            ..RetrySettings::default()
        },
        ..TransportSettings::default()
    }
}
