//! A world to sync in: models of the providers, a store in a directory of its
//! own, and a clock that the story sets. Every cycle is a process of its own: a
//! context is opened for it over the same store file.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use calsync::config::{Config, Sources};
use calsync::context::Context;
use calsync::jobs::{AutoSync, Job, Pull, run_cycle};
use calsync::model::account::{NewAccount, ProviderKind, Tokens};
use calsync::model::run::{JobRun, Outcome};
use calsync::model::time::Zone;
use calsync::model::user::User;
use calsync::sandbox::Sandbox;
use calsync::sandbox::google::{self, CalendarSpec, Fault, Google};
use calsync::sandbox::microsoft;
use calsync::store::Store;
use calsync::sync::progress::Silent;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::OnceCell;

pub(crate) use super::cycle::{expect, force, pull};
use super::microsoft::wire as microsoft_wire;
use super::place::Place;
use super::wire;

/// The user of stories that need only one.
pub(crate) const ANA: &str = "u-1";

/// Everything that a story plays with.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) dir: tempfile::TempDir,
    settings: Mutex<BTreeMap<String, String>>,
    calendars: Mutex<BTreeMap<String, String>>,
    pub(super) folders: Mutex<BTreeMap<String, String>>,
    pub(super) opened: OnceCell<Arc<dyn Store>>,
    writes: AtomicBool,
}

/// The address of a user's account.
pub(crate) fn email(user: &str) -> String {
    format!("{user}@example.com")
}

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A login as it is imported.
pub(crate) fn account(user: &str, email: &str, refresh_token: &str) -> NewAccount {
    NewAccount {
        user_id: user.parse().unwrap(),
        provider: ProviderKind::Google,
        email: email.to_owned(),
        scopes: Vec::new(),
        tokens: Tokens {
            access: None,
            refresh: refresh_token.into(),
        },
    }
}

impl World {
    /// A world without anybody.
    pub(crate) async fn empty(now: &str) -> Self {
        Self {
            sandbox: Sandbox::start(time(now), 7).await.unwrap(),
            dir: tempfile::tempdir().unwrap(),
            settings: Mutex::default(),
            calendars: Mutex::default(),
            folders: Mutex::default(),
            opened: OnceCell::new(),
            writes: AtomicBool::new(false),
        }
    }

    /// A world without anybody, over the store of one that has ended: to open
    /// another takes longer than many a story.
    pub(crate) async fn after(ended: Self, now: &str) -> Self {
        let emptied = "PRAGMA foreign_keys = ON; DELETE FROM users; DELETE FROM leases;";
        ended.database().execute_batch(emptied).unwrap();
        let Self { dir, opened, .. } = ended;
        Self {
            dir,
            opened,
            ..Self::empty(now).await
        }
    }

    /// A world with Ana, who has one calendar, "Work"; both are in Berlin.
    pub(crate) async fn start(now: &str) -> Self {
        let world = Self::empty(now).await;
        world.person(ANA, "Europe/Berlin", "Work").await;
        world
    }

    /// Adds a user with an account, whose main calendar has this name.
    pub(crate) async fn person(&self, user: &str, zone: &str, calendar: &str) {
        let account = self.google().add_account(&email(user));
        let spec = CalendarSpec {
            name: calendar.to_owned(),
            ..CalendarSpec::primary(zone)
        };
        self.add(user, spec);
        self.user(user, zone).await;
        self.import(user, &email(user), &account.refresh_token)
            .await;
    }

    /// Adds a user without accounts.
    pub(super) async fn user(&self, user: &str, zone: &str) {
        let person = User {
            id: user.parse().unwrap(),
            email: Some(email(user)),
            timezone: Zone::parse(zone).unwrap(),
            working_hours: None,
        };
        let store = self.store().await;
        store.user_upsert(vec![person]).await.unwrap();
    }

    /// Imports an account of a user, as `accounts import` does.
    pub(crate) async fn import(&self, user: &str, email: &str, refresh_token: &str) {
        self.import_account(account(user, email, refresh_token))
            .await;
    }

    pub(super) async fn import_account(&self, account: NewAccount) {
        let store = self.store().await;
        store.account_upsert(vec![account]).await.unwrap();
    }

    /// Adds a secondary calendar to Ana's list.
    pub(crate) fn add_calendar(&self, name: &str, zone: &str) {
        self.add(ANA, CalendarSpec::named(name, zone));
    }

    /// Adds a calendar to somebody's list.
    pub(crate) fn add(&self, user: &str, spec: CalendarSpec) {
        let name = spec.name.clone();
        let id = self.google().add_calendar(&email(user), spec);
        self.calendars.lock().unwrap().insert(name, id);
    }

    /// A calendar by its name.
    pub(crate) fn calendar(&self, name: &str) -> Place {
        let id = &self.calendars.lock().unwrap()[name];
        Place::new(self.google(), id)
    }

    pub(crate) fn google(&self) -> &Google {
        &self.sandbox.google
    }

    pub(crate) fn inject(&self, fault: Fault) {
        self.google().inject(fault);
    }

    /// Configures later cycles, such as `sync.concurrency`; what is empty is
    /// not configured.
    pub(crate) fn configure(&self, key: &str, value: &str) {
        let name = format!("CALSYNC__{}", key.replace('.', "__").to_uppercase());
        self.settings.lock().unwrap().insert(name, value.to_owned());
    }

    /// One calendar after the other, in the order of their names.
    pub(crate) fn one_at_a_time(&self) {
        self.configure("sync.concurrency", "1");
        self.configure("sync.per_account_concurrency", "1");
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.sandbox.clock.now()
    }

    pub(crate) fn at(&self, now: &str) {
        self.sandbox.clock.set(time(now));
    }

    pub(crate) fn minutes_later(&self, minutes: i64) {
        self.sandbox.clock.advance(TimeDelta::minutes(minutes));
    }

    /// What a process of calsync that starts now works with.
    pub(crate) fn context(&self) -> Context {
        let (google, microsoft) = (self.google(), self.microsoft());
        let store = format!("sqlite:{}", self.dir.path().join("calsync.db").display());
        let usual = [
            ("STORE__URL", store),
            ("GOOGLE__CLIENT_ID", google::CLIENT_ID.to_owned()),
            ("GOOGLE__CLIENT_SECRET", google::CLIENT_SECRET.to_owned()),
            ("GOOGLE__API_URL", google.api_url()),
            ("GOOGLE__TOKEN_URL", google.token_url()),
            ("MICROSOFT__CLIENT_ID", microsoft::CLIENT_ID.to_owned()),
            (
                "MICROSOFT__CLIENT_SECRET",
                microsoft::CLIENT_SECRET.to_owned(),
            ),
            ("MICROSOFT__API_URL", microsoft.api_url()),
            ("MICROSOFT__TOKEN_URL", microsoft.token_url()),
        ];
        let named = usual.map(|(name, value)| (format!("CALSYNC__{name}"), value));
        let mut env = BTreeMap::from(named);
        env.extend(self.settings.lock().unwrap().clone());
        let config_arg = None;
        let config = Config::load(&Sources { config_arg, env }).unwrap();
        Context::new(config, self.now(), Arc::new(Silent))
    }

    pub(crate) async fn auto_sync(&self) -> JobRun {
        self.run(&AutoSync::default()).await
    }

    /// Pulls, whoever works or not.
    pub(crate) async fn pull(&self) -> JobRun {
        self.run(&pull()).await
    }

    /// Lists every calendar in full.
    pub(crate) async fn pull_full(&self) -> JobRun {
        let full = true;
        self.run(&Pull { full, ..pull() }).await
    }

    /// Runs one cycle as a process of its own, and looks at what it sent.
    pub(crate) async fn run<J: Job>(&self, job: &J) -> JobRun {
        self.run_in(job, &self.context()).await
    }

    pub(crate) async fn run_in<J: Job>(&self, job: &J, cx: &Context) -> JobRun {
        let run = run_cycle(job, cx).await.unwrap();
        let at_once = cx.config.sync.per_account_concurrency;
        let writes = self.writes.load(Ordering::Relaxed);
        wire::check(self.google(), at_once, writes);
        microsoft_wire::check(self.microsoft(), at_once, writes);
        run
    }

    /// From now on calendars may be written.
    pub(crate) fn lets_write(&self) {
        self.writes.store(true, Ordering::Relaxed);
    }

    /// Writes that were sent since the requests were last cleared.
    pub(crate) fn written(&self) -> usize {
        wire::writes(self.google()).len() + microsoft_wire::writes(self.microsoft()).len()
    }

    /// The end of every story: run it again, nothing happens. One request a
    /// calendar that is synced finds out, and no row is written.
    pub(crate) async fn a_second_cycle_does_nothing(&self) {
        self.minutes_later(10);
        self.google().clear_requests();
        self.microsoft().clear_requests();
        let watch = self.watch_writes();
        let run = self.auto_sync().await;
        let nothing = [
            "events_created",
            "events_updated",
            "events_removed",
            "failed",
            "conflicts",
        ];
        expect(&run, Outcome::Ok, &nothing.map(|name| (name, 0)));
        assert_eq!(watch.writes(), Vec::<String>::new());
        assert_eq!(run.counts["requests"], run.counts["synced"], "{run:?}");
        let listed = wire::listings(self.google()).len();
        let rounds = microsoft_wire::deltas(self.microsoft()).len();
        assert_eq!((listed + rounds) as u64, run.counts["synced"], "{run:?}");
    }
}
