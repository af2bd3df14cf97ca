//! `calsync connect`.

mod browser;
mod device;

use serde::Serialize;

use super::output::{Output, counted};
use super::visit::Visit;
use crate::config::ConfigError;
use crate::context::Context;
use crate::jobs::{Incomplete, WrongArgument, with_heartbeat};
use crate::model::account::ProviderKind;
use crate::model::id::{AccountId, UserId};
use crate::provider::{Granted, Permission, ProviderError};
use crate::server::{Invitation, keeps_cookies};
use crate::sync::clock::Clock;
use crate::sync::{Linked, Sync};

/// Connect an account of a user: the provider asks them to allow it
///
/// Opens the provider's page in a browser of this machine, or shows its address
/// where there is none, and waits for the answer. Then the account is stored,
/// its calendars are discovered and pulled for the first time, and watched if
/// webhooks.public_url is set. A login that is known works again, with its
/// calendars and its history.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync connect google --user u-7               in a browser of this machine
  calsync connect microsoft --user u-7 --device   in a browser of any other
  calsync connect google --user u-7 --link        a link for the user, good for a day")]
pub struct Connect {
    /// Where the account is
    #[arg(value_name = "PROVIDER")]
    provider: ProviderKind,
    /// The user whose account it is
    #[arg(long, value_name = "ID")]
    user: UserId,
    /// Show a code to enter in a browser anywhere (Microsoft only)
    #[arg(long, conflicts_with = "link")]
    device: bool,
    /// Print a link with which the user connects the account through the receiver
    ///
    /// It is good for 24 hours. Needs webhooks.public_url and webhooks.secret, a
    /// running `calsync serve-webhooks`, and at the provider the redirect URI
    /// PUBLIC_URL/oauth/PROVIDER/callback of a web client.
    #[arg(long)]
    link: bool,
    /// Ask for reading only: tasks get no events in the account's calendars
    #[arg(long)]
    read_only: bool,
}

/// A link for a user.
#[derive(Serialize)]
struct Link {
    url: String,
    until: chrono::DateTime<chrono::Utc>,
}

/// What became of it.
#[derive(Serialize)]
struct Row {
    account_id: AccountId,
    user_id: UserId,
    provider: ProviderKind,
    email: String,
    is_new: bool,
    missing: Vec<&'static str>,
    #[serde(flatten)]
    visit: Visit,
}

impl Connect {
    /// Runs the command.
    ///
    /// # Errors
    /// When the user is unknown, the provider is not configured, nobody allowed
    /// it, or the account could not be read.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        // What is wrong here is said before anybody is asked to allow anything.
        cx.require_provider(self.provider)?;
        if cx.store().await?.user_find(&self.user).await?.is_none() {
            return Err(WrongArgument(format!(
                "user {} does not exist; `calsync users list` shows those that do",
                self.user
            ))
            .into());
        }
        if self.link {
            return self.print_link(cx, out);
        }
        let callbacks = cx.callbacks().await?;
        cx.stop_on_signals();
        let granted = tokio::select! {
            granted = self.granted(cx, out) => granted?,
            () = cx.stop.cancelled() => anyhow::bail!("asked to stop: nothing was connected"),
        };
        let owner = uuid::Uuid::now_v7().to_string();
        // Whoever allowed it may have taken their time.
        let clock = Clock::at(cx.clock.now());
        let sync = cx.sync_at(clock, &owner, callbacks).await?;
        let taken_in = with_heartbeat(cx, &owner, self.take_in(cx, &sync, granted)).await;
        sync.close().await;
        self.tell(out, &taken_in?)
    }

    fn wanted(&self) -> Permission {
        if self.read_only {
            Permission::Read
        } else {
            Permission::Write
        }
    }

    fn print_link(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        let webhooks = &cx.config.webhooks;
        let usable = webhooks
            .public_url
            .as_ref()
            .filter(|url| keeps_cookies(url));
        let public_url = usable.ok_or_else(|| {
            let what = "the https address under which the user's browser reaches the receiver";
            ConfigError::missing("webhooks.public_url", what)
        })?;
        let invitation = Invitation {
            provider: self.provider,
            user: self.user.clone(),
            wanted: self.wanted(),
        };
        let until = cx.now() + Invitation::LIFETIME;
        let url = invitation
            .link(public_url, &cx.signer()?, until)
            .to_string();
        let text = url.clone();
        Ok(out.value(&Link { url, until }, &text)?)
    }

    /// What somebody allows, in a browser here or elsewhere.
    async fn granted(&self, cx: &Context, out: Output) -> anyhow::Result<Granted> {
        let provider = cx.providers().await?.of(self.provider);
        let granted = if self.device {
            device::granted(cx, out, provider.as_ref(), self.wanted()).await
        } else {
            browser::granted(cx, out, provider.as_ref(), self.wanted()).await
        };
        granted.map_err(|error| match error.downcast_ref::<ProviderError>() {
            Some(ProviderError::ReauthRequired { reason }) => {
                let provider = self.provider;
                anyhow::anyhow!("{provider} does not take the code ({reason}): run it again")
            }
            _ => error,
        })
    }

    /// Stores the account and visits it for the first time.
    async fn take_in(&self, cx: &Context, sync: &Sync, granted: Granted) -> anyhow::Result<Row> {
        let (provider, user) = (self.provider, &self.user);
        let linked = sync.link(provider, user, granted, self.wanted()).await?;
        let visit = match linked.is_usable() {
            true => self.visit(cx, sync, &linked).await?,
            false => Visit::failed("nothing can be read with what was allowed".to_owned()),
        };
        Ok(Row {
            account_id: linked.account.id,
            user_id: linked.account.user_id,
            provider,
            email: linked.account.email,
            is_new: linked.is_new,
            missing: linked.missing,
            visit,
        })
    }

    async fn visit(&self, cx: &Context, sync: &Sync, linked: &Linked) -> anyhow::Result<Visit> {
        let preferences = cx.store().await?.preferences_find(&self.user).await?;
        Ok(match sync.connect(&linked.account, &preferences).await {
            Ok(connected) => Visit::of(&connected, sync.has_callbacks()),
            Err(error) => Visit::failed(error.to_string()),
        })
    }

    fn tell(&self, out: Output, row: &Row) -> anyhow::Result<()> {
        out.value(row, &self.text(row))?;
        let failed = usize::from(row.visit.error.is_some());
        Incomplete::check(
            failed,
            1,
            "account was connected, but not all of it could be read; what can be mended by \
             trying again is tried by the next cycles of the jobs",
        )
    }

    fn text(&self, row: &Row) -> String {
        let number = |number: Option<u64>, noun| number.map(|number| counted(number, noun));
        let visit = &row.visit;
        let brought = [
            number(visit.calendars, "new calendar"),
            number(visit.events, "new event"),
            number(visit.watches, "watch"),
        ];
        let brought: Vec<_> = brought.into_iter().flatten().collect();
        let verb = if row.is_new {
            "connected"
        } else {
            "connected again"
        };
        let mut lines = vec![format!(
            "{} account {} of user {} is {verb}: {}",
            row.provider, row.email, row.user_id, row.account_id
        )];
        if !brought.is_empty() {
            lines.push(brought.join(", "));
        }
        if !row.missing.is_empty() {
            lines.push(format!(
                "not allowed: {}; run `calsync connect {} --user {}` again and allow it, if that \
                 was a mistake",
                row.missing.join(", "),
                row.provider,
                row.user_id
            ));
        }
        if let Some(error) = &visit.error {
            lines.push(format!("! {error}"));
        }
        lines.join("\n")
    }
}
