//! What a demo plays with: the models of the providers, their users, and a
//! configuration that points there.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;

use super::Demo;
use super::edits::{self, Prepared};
use super::receiver::{PUBLIC_URL, SECRET};
use crate::config::{Config, Sources};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::account::{NewAccount, ProviderKind, Tokens};
use crate::model::time::{Window, Zone};
use crate::model::timeline::TimelineRow;
use crate::model::user::{User, WorkingHours};
use crate::operator::output::{Output, counted};
use crate::sandbox::Sandbox;
use crate::sandbox::google::{CLIENT_ID, CLIENT_SECRET, CalendarSpec, Google};
use crate::sandbox::ics::{self, Loaded};
use crate::sandbox::microsoft;
use crate::sandbox::population::{PopulationSpec, SandboxUser, populate, populate_microsoft};
use crate::store::EncryptionKey;

/// The name of the store's file.
pub(super) const STORE: &str = "calsync.db";

/// The user whom the demo looks at.
const GUEST: &str = "you";
pub(super) const GUEST_EMAIL: &str = "you@example.com";

/// The models and their users.
pub(super) struct World {
    pub sandbox: Sandbox,
    pub user: User,
    pub now: DateTime<Utc>,
    pub prepared: Prepared,
    people: Vec<(ProviderKind, SandboxUser)>,
    loaded: Option<Loaded>,
    /// The refresh tokens of the user whom the demo looks at.
    tokens: [(ProviderKind, String); 2],
    /// The key of a store that nobody keeps: it needs no file, and nobody has
    /// to be told to keep a copy of it.
    key: Option<(&'static str, String)>,
}

impl World {
    pub(super) async fn start(demo: &Demo, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let sandbox = Sandbox::start(now, demo.seed)
            .await
            .context("cannot start the model")?;
        let google = &sandbox.google;
        let people = people(&sandbox, demo, now)?;
        let tokens = [
            (
                ProviderKind::Google,
                google.add_account(GUEST_EMAIL).refresh_token,
            ),
            (
                ProviderKind::Microsoft,
                sandbox.microsoft.add_account(GUEST_EMAIL).refresh_token,
            ),
        ];
        google.add_calendar(GUEST_EMAIL, CalendarSpec::primary("Europe/Berlin"));
        let loaded = match &demo.ics {
            Some(file) => Some(load(google, file)?),
            None => None,
        };
        let zone = loaded
            .as_ref()
            .map_or("Europe/Berlin", |loaded| loaded.zone.as_str());
        let user = User {
            id: GUEST.parse()?,
            email: Some(GUEST_EMAIL.to_owned()),
            timezone: Zone::parse(zone).unwrap_or_else(|_| Zone::utc()),
            working_hours: None,
        };
        Ok(Self {
            prepared: edits::prepare(&sandbox, GUEST_EMAIL, &user, now),
            user,
            now,
            people,
            loaded,
            tokens,
            key: demo.dir.is_none().then(key),
            sandbox,
        })
    }

    /// Says what was made.
    pub(super) fn tell(&self, out: Output) -> std::io::Result<()> {
        if out.json {
            return Ok(());
        }
        let users = counted(self.people.len() as u64 + 1, "user");
        let mut text =
            format!("Models of Google Calendar and Microsoft Graph with {users} are running.");
        if let Some(loaded) = &self.loaded {
            text += &format!(
                "\nYour calendar {:?} is in it: {}",
                loaded.name,
                counted(loaded.events as u64, "event")
            );
            for skipped in &loaded.skipped {
                text += &format!("\n  left out: line {}: {}", skipped.line, skipped.reason);
            }
        }
        out.line(&text)
    }

    /// A context whose providers are the models, so much after the demo began. The
    /// window and the limits are the operator's own.
    pub(super) fn context(
        &self,
        cx: &Context,
        dir: &Path,
        later: TimeDelta,
    ) -> anyhow::Result<Context> {
        let now = self.now + later;
        self.sandbox.clock.set(now);
        let google = &self.sandbox.google;
        let store = format!("sqlite:{}", std::path::absolute(dir)?.join(STORE).display());
        let env = BTreeMap::from([
            ("CALSYNC__STORE__URL", store),
            ("CALSYNC__WEBHOOKS__PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("CALSYNC__WEBHOOKS__SECRET", SECRET.to_owned()),
            ("CALSYNC__GOOGLE__CLIENT_ID", CLIENT_ID.to_owned()),
            ("CALSYNC__GOOGLE__CLIENT_SECRET", CLIENT_SECRET.to_owned()),
            ("CALSYNC__GOOGLE__API_URL", google.api_url()),
            ("CALSYNC__GOOGLE__TOKEN_URL", google.token_url()),
            (
                "CALSYNC__MICROSOFT__CLIENT_ID",
                microsoft::CLIENT_ID.to_owned(),
            ),
            (
                "CALSYNC__MICROSOFT__CLIENT_SECRET",
                microsoft::CLIENT_SECRET.to_owned(),
            ),
            (
                "CALSYNC__MICROSOFT__API_URL",
                self.sandbox.microsoft.api_url(),
            ),
            (
                "CALSYNC__MICROSOFT__TOKEN_URL",
                self.sandbox.microsoft.token_url(),
            ),
        ]);
        let env = env
            .into_iter()
            .chain(self.key.clone())
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let mut config = Config::load(&Sources {
            config_arg: None,
            env,
        })?;
        config.sync = cx.config.sync.clone();
        let mut context = Context::new(config, now, cx.progress.clone());
        context.stop = cx.stop.child_token();
        Ok(context)
    }

    /// Makes the users and accounts known to calsync.
    pub(super) async fn import(&self, cx: &Context) -> anyhow::Result<()> {
        let store = cx.store().await?;
        let mut users = vec![self.user.clone()];
        let own = self.tokens.iter();
        let own = own.map(|(kind, token)| account(*kind, &self.user, GUEST_EMAIL, token));
        let mut accounts: Vec<_> = own.collect();
        for (kind, person) in &self.people {
            let user = user(person)?;
            accounts.push(account(*kind, &user, &person.email, &person.refresh_token));
            users.push(user);
        }
        store.user_upsert(users).await?;
        store.account_upsert(accounts).await?;
        Ok(())
    }

    /// The whole timeline of the user whom the demo looks at.
    pub(super) async fn timeline(&self, cx: &Context) -> anyhow::Result<Vec<TimelineRow>> {
        let sync = &cx.config.sync;
        let window = Window::around(cx.now(), sync.past_days, sync.future_days);
        let store = cx.store().await?;
        Ok(store
            .timeline_list(&self.user.id, window.start(), window.end())
            .await?)
    }

    /// Whether an occurrence ends after the demo's now.
    pub(super) fn is_upcoming(&self, row: &TimelineRow) -> bool {
        let timed = row.ends_at.is_some_and(|end| end > self.now);
        timed || row.end_date.is_some_and(|end| end > self.now.date_naive())
    }

    /// Returns when everything that the models had to tell has arrived.
    pub(super) async fn all_is_told(&self) {
        self.sandbox.google.settle().await;
        self.sandbox.microsoft.settle().await;
    }

    pub(super) async fn stop(self) {
        self.sandbox.stop().await;
    }
}

/// Invented users, half of them at each provider.
fn people(
    sandbox: &Sandbox,
    demo: &Demo,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<(ProviderKind, SandboxUser)>> {
    let (users, events) = (usize::from(demo.users), usize::try_from(demo.events)?);
    let spec = |users, events| PopulationSpec {
        users,
        events,
        seed: demo.seed,
        now,
    };
    let (half, of_half) = (users / 2, events / 2);
    let at_google = populate(&sandbox.google, spec(users - half, events - of_half));
    let at_microsoft = populate_microsoft(&sandbox.microsoft, spec(half, of_half));
    let at = |kind| move |user| (kind, user);
    let google = at_google.into_iter().map(at(ProviderKind::Google));
    Ok(google
        .chain(at_microsoft.into_iter().map(at(ProviderKind::Microsoft)))
        .collect())
}

fn load(google: &Google, file: &Path) -> Result<Loaded, WrongArgument> {
    let loaded = ics::load(google, GUEST_EMAIL, file);
    loaded.map_err(|error| WrongArgument(format!("{:#}", anyhow::Error::new(error))))
}

fn key() -> (&'static str, String) {
    let key = EncryptionKey::generate().to_base64();
    let text = key.expose_secret().to_string();
    ("CALSYNC__SECURITY__ENCRYPTION_KEY", text)
}

fn user(person: &SandboxUser) -> anyhow::Result<User> {
    let hours = person
        .working_hours
        .map(|(start, end)| WorkingHours::new(start, end));
    Ok(User {
        id: person.user_id.parse()?,
        email: Some(person.email.clone()),
        timezone: Zone::parse(&person.timezone)?,
        working_hours: hours.transpose()?,
    })
}

fn account(provider: ProviderKind, user: &User, email: &str, refresh_token: &str) -> NewAccount {
    NewAccount {
        user_id: user.id.clone(),
        provider,
        email: email.to_owned(),
        scopes: Vec::new(),
        tokens: Tokens {
            access: None,
            refresh: refresh_token.into(),
        },
    }
}
