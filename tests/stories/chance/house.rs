//! A world of its own for each seed: one user, one calendar, and cycles that
//! end as processes do, in good order or not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use calsync::engine::plan::Brake;
use calsync::model::preferences::PreferencesChange;
use calsync::provider::{
    GoogleEndpoints, MicrosoftEndpoints, ProviderSettings, Providers, RetrySettings,
    TransportSettings, open,
};
use calsync::sync::clock::Clock;
use calsync::sync::progress::Silent;
use calsync::sync::{Parts, Report, Selection, Sync, SyncSettings};
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::history::History;
use crate::support::chance::Chance;
use crate::support::planner::{At, Planner};
use crate::support::story::{ANA, World};

/// So many cycles after the trouble nothing may be left to do.
const PATIENCE: u32 = 8;

/// A user's tasks and calendar, and what was done to them.
pub(super) struct House {
    pub(super) planner: Planner,
    pub(super) history: Arc<Mutex<History>>,
    pub(super) chance: Mutex<Chance>,
    /// What is in the calendar and stands for no task.
    pub(super) own: Vec<Value>,
    /// Whether the provider looks at the revision that a write is meant for.
    pub(super) guarded: bool,
    /// The cycle that is under way.
    pub(super) process: Mutex<Process>,
    /// The store as the application opens it.
    pub(super) database: Mutex<Connection>,
    providers: Providers,
}

/// A process of calsync.
#[derive(Clone, Default)]
pub(super) struct Process {
    number: u32,
    /// It is asked to end.
    pub(super) stop: CancellationToken,
    /// It is no more.
    pub(super) dead: CancellationToken,
}

impl House {
    /// Begins in place of a world that has ended, if there was one.
    pub(super) async fn start(
        at: At,
        seed: u64,
        history: Arc<Mutex<History>>,
        ended: Option<World>,
    ) -> Arc<Self> {
        let now = "2026-03-02T06:00:00Z";
        let world = match ended {
            Some(ended) => World::after(ended, now).await,
            None => World::empty(now).await,
        };
        match at {
            At::Google => world.person(ANA, "Europe/Berlin", "Work").await,
            At::Microsoft => world.colleague(ANA, "Europe/Berlin", "Work").await,
        }
        let planner = Planner { world, at };
        planner
            .prefer(PreferencesChange {
                write_enabled: Some(true),
                ..PreferencesChange::default()
            })
            .await;
        let mut house = Self {
            providers: providers(&planner.world),
            chance: Mutex::new(Chance(seed)),
            database: Mutex::new(planner.world.database()),
            planner,
            history,
            own: Vec::new(),
            guarded: true,
            process: Mutex::default(),
        };
        house.furnish();
        Arc::new(house)
    }

    /// A number below a limit.
    pub(super) fn chance(&self, limit: u64) -> u64 {
        self.chance.lock().unwrap().between(0, limit)
    }

    pub(super) fn one_in(&self, many: u64) -> bool {
        self.chance(many) == 0
    }

    pub(super) fn pick<T: Clone>(&self, of: &[T]) -> Option<T> {
        self.chance.lock().unwrap().pick(of)
    }

    pub(super) fn note(&self, line: impl Into<String>) {
        let at = self.planner.world.now().format("%d %H:%M");
        let line = format!("  {at} {}", line.into());
        self.history.lock().unwrap().note(line);
    }

    /// A process syncs; none: it died.
    pub(super) async fn cycle(&self, force: bool) -> Result<Option<Report>, String> {
        let process = {
            let mut process = self.process.lock().unwrap();
            *process = Process {
                number: process.number + 1,
                ..Process::default()
            };
            process.clone()
        };
        let store = self.planner.world.store().await;
        let ana = ANA.parse().unwrap();
        let user = store.user_find(&ana).await.unwrap().unwrap();
        let preferences = store.preferences_find(&ana).await.unwrap();
        let sync = self.sync(&process).await;
        let selection = Selection {
            force,
            ..Selection::default()
        };
        let ended = tokio::select! {
            biased;
            () = process.dead.cancelled() => None,
            report = sync.user(&user, &preferences, &selection) => Some(report),
        };
        let Some(report) = ended else {
            self.note(format!("cycle {} died", process.number));
            return Ok(None);
        };
        sync.close().await;
        let report = report.map_err(|error| format!("the store: {error}"))?;
        let failures = report.failures.iter().map(|one| one.kind.as_str());
        let failures: Vec<_> = failures.collect();
        self.note(format!(
            "cycle {}: {:?} {failures:?}",
            process.number, report.counts
        ));
        Ok(Some(report))
    }

    async fn sync(&self, process: &Process) -> Sync {
        Sync::new(Parts {
            clock: Clock::at(self.planner.world.now()),
            owner: format!("process-{}", process.number),
            store: self.planner.world.store().await,
            providers: self.providers.clone(),
            callbacks: None,
            settings: SyncSettings {
                past_days: 30,
                future_days: 90,
                concurrency: 4,
                per_account_concurrency: 4,
                brake: Brake {
                    percent: 100,
                    at_least: 1000,
                },
            },
            progress: Arc::new(Silent),
            stop: process.stop.clone(),
        })
    }

    /// Nothing stands in the way any more: after some cycles there is nothing
    /// left to do.
    pub(super) async fn becomes_quiet(&self) -> Result<(), String> {
        let mut before = self.held();
        for _ in 0..PATIENCE {
            self.rest();
            let report = self.cycle(true).await?;
            let (after, writes) = (self.held(), self.planner.pushed());
            if writes == 0 && before == after && report.is_some() {
                self.rest();
                self.cycle(false).await?;
                let (last, writes) = (self.held(), self.planner.pushed());
                return match last == after && writes == 0 {
                    true => Ok(()),
                    false => Err(format!("{writes} writes of a further cycle\n{last}")),
                };
            }
            before = after;
        }
        Err(format!("it does not come to rest\n{before}"))
    }

    /// All rests end, and requests are counted anew.
    fn rest(&self) {
        self.planner
            .world
            .sandbox
            .clock
            .advance(TimeDelta::hours(25));
        self.planner.world.google().clear_requests();
        self.planner.world.microsoft().clear_requests();
    }

    /// Does what the application does: writes into the shared tables.
    pub(super) fn application(&self, sql: &str) {
        self.database.lock().unwrap().execute_batch(sql).unwrap();
    }

    /// What the store holds of tasks and their events, as text.
    fn held(&self) -> String {
        let tasks = "SELECT json_array('task', id, title, description, location, start_date,
            end_date, all_day, deleted_at, updated_at) FROM tasks ORDER BY id";
        let links = "SELECT json_array('link', task_id, external_id, generation, state, base_task,
            base_event, base_etag, task_seen, event_seen) FROM calendar_links ORDER BY task_id";
        let outbox = "SELECT json_array('outbox', task_id, action, reason, next_attempt_at)
            FROM outbox ORDER BY task_id";
        let conflicts = "SELECT json_array('conflict', task_id, kind, resolution_status, base,
            ours, theirs) FROM calendar_sync_conflicts ORDER BY task_id, detected_at, id";
        let database = self.database.lock().unwrap();
        let mut lines = Vec::new();
        for sql in [tasks, links, outbox, conflicts] {
            let mut statement = database.prepare_cached(sql).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>(0));
            lines.extend(rows.unwrap().map(Result::unwrap));
        }
        lines.join("\n")
    }

    /// What the store holds, to be shown.
    pub(super) fn shown(&self) -> String {
        let events: Vec<_> = self.planner.bodies().iter().map(Value::to_string).collect();
        format!("{}\n{}", self.held(), events.join("\n"))
    }
}

/// Providers that repeat nothing by themselves, so that nothing waits.
fn providers(world: &World) -> Providers {
    let config = world.context().config;
    let (google, microsoft) = (config.google, config.microsoft);
    open(ProviderSettings {
        google: GoogleEndpoints {
            api_url: google.api_url,
            auth_url: google.auth_url,
            revoke_url: google.revoke_url,
            token_url: google.token_url,
            client_id: google.client_id,
            client_secret: google.client_secret,
        },
        microsoft: MicrosoftEndpoints {
            api_url: microsoft.api_url,
            auth_url: microsoft.auth_url,
            device_url: microsoft.device_url,
            token_url: microsoft.token_url,
            client_id: microsoft.client_id,
            client_secret: microsoft.client_secret,
        },
        transport: TransportSettings {
            request_timeout: Duration::from_secs(30),
            requests_per_second: 10_000,
            burst: 10_000,
            retry: RetrySettings {
                attempts: 1,
                ..RetrySettings::default()
            },
            ..TransportSettings::default()
        },
    })
}
