//! Ana with an account at both providers, whose calendars are watched; the
//! binary, a receiver, and a queue.

use calsync::context::read_clock;
use calsync::model::account::ProviderKind;
use chrono::{Days, NaiveDate};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::line::{Line, empty_log};
use crate::support::program::{ANA, Program, Ran, World};
use crate::support::redis::Redis;
use crate::support::serving::Serving;

/// Where the providers are told to find the receiver.
pub(crate) const PUBLIC_URL: &str = "https://calsync.example";

/// Everything that a story plays with.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) line: Line,
    /// When everything happens.
    pub(crate) day: NaiveDate,
    receiver: Option<Serving>,
    /// The events that were entered, at both providers.
    entered: Vec<[String; 2]>,
}

impl House {
    /// Over the queue in a file.
    pub(crate) async fn over_sqlite() -> Option<Self> {
        let world = World::without_account().await;
        let line = Line::beside_the_store(&world.program);
        Some(Self::set_up(world, line).await)
    }

    /// Over a Redis server of its own; `None` where there is none.
    pub(crate) async fn over_redis() -> Option<Self> {
        let line = Line::Redis(Redis::start_durable()?);
        Some(Self::set_up(World::without_account().await, line).await)
    }

    async fn set_up(mut world: World, line: Line) -> Self {
        for (name, value) in [
            ("CALSYNC__WEBHOOKS__PUBLIC_URL", PUBLIC_URL),
            ("CALSYNC__WEBHOOKS__SECRET", "a secret of these stories"),
            ("CALSYNC__QUEUE__URL", &line.url()),
        ] {
            world.program.set(name, value);
        }
        world.give_microsoft();
        let mut house = Self {
            world,
            line,
            day: read_clock().date_naive() + Days::new(3),
            receiver: None,
            entered: Vec::new(),
        };
        house.edit();
        house.edit();
        house.serve();
        house.connect();
        house.is_told().await;
        assert_eq!(house.timeline(), house.truth());
        house
    }

    /// Imports an account of each provider; both calendars are pulled and
    /// watched then.
    fn connect(&self) {
        let (google, microsoft) = (&self.world.sandbox.google, &self.world.sandbox.microsoft);
        let google = google.add_account(ANA).refresh_token;
        let microsoft = microsoft.add_account(ANA).refresh_token;
        let lines = [("google", google), ("microsoft", microsoft)].map(|(provider, token)| {
            json!({ "user_id": "ana", "provider": provider, "email": ANA, "refresh_token": token })
        });
        self.program()
            .file("accounts.json", &json!(lines).to_string());
        self.program().text("accounts import accounts.json");
        for provider in ProviderKind::ALL {
            assert_eq!(self.watches(provider).len(), 1, "{provider}");
        }
        // What may have changed before the watches is looked at once.
        assert_eq!(self.drain()["counts"]["synced"], 2);
    }

    pub(crate) fn program(&self) -> &Program {
        &self.world.program
    }

    /// A receiver serves from now on, where the providers find it.
    pub(crate) fn serve(&mut self) {
        let listening = "serve-webhooks --listen 127.0.0.1:0";
        let serving = Serving::start(self.program().command(listening));
        let address = serving.address.replace("http://", "");
        self.world
            .sandbox
            .route(PUBLIC_URL, address.parse().unwrap());
        self.receiver = Some(serving);
    }

    pub(crate) fn receiver(&self) -> &Serving {
        self.receiver.as_ref().unwrap()
    }

    /// Stops the receiver.
    pub(crate) fn stop_serving(&mut self) -> Ran {
        let receiver = self.receiver.take().unwrap();
        receiver.stop("TERM").exits(0)
    }

    /// The receiver is not there any more, however it ended.
    pub(crate) fn bury_receiver(&mut self) {
        self.receiver = None;
    }

    /// The ids of the watches of Ana's calendar at a provider.
    pub(crate) fn watches(&self, provider: ProviderKind) -> Vec<String> {
        let (google, microsoft) = (&self.world.sandbox.google, &self.world.sandbox.microsoft);
        match provider {
            ProviderKind::Google => {
                let channels = google.channels(ANA).into_iter();
                channels.map(|channel| channel.id).collect()
            }
            ProviderKind::Microsoft => {
                let calendar = microsoft.default_calendar(ANA);
                let subscriptions = microsoft.subscriptions(&calendar).into_iter();
                subscriptions.map(|subscription| subscription.id).collect()
            }
        }
    }

    /// At both providers, an event is entered, the one before changed, and
    /// the one before that deleted.
    pub(crate) fn edit(&mut self) {
        let (google, microsoft) = (&self.world.sandbox.google, &self.world.sandbox.microsoft);
        let number = self.entered.len();
        let at = |minute: usize| {
            let (day, hour, minute) = (self.day, 10 + minute / 60, minute % 60);
            json!({ "dateTime": format!("{day}T{hour}:{minute:02}:00"), "timeZone": "UTC" })
        };
        let (start, end) = (at(number), at(number + 20));
        let calendar = microsoft.default_calendar(ANA);
        let event =
            |member: &str, title: &str| json!({ member: title, "start": start, "end": end });
        let title = format!("entry {number}");
        let ids = [
            google.put_event(ANA, event("summary", &title)),
            microsoft.put_event(&calendar, event("subject", &title)),
        ];
        self.entered.push(ids);
        if let Some([at_google, at_microsoft]) = number.checked_sub(1).map(|n| &self.entered[n]) {
            let title = format!("changed {number}");
            google.edit_event(ANA, at_google, json!({ "summary": title }));
            microsoft.edit_event(at_microsoft, json!({ "subject": title }));
        }
        if let Some([at_google, at_microsoft]) = number.checked_sub(2).map(|n| &self.entered[n]) {
            google.delete_event(ANA, at_google);
            microsoft.delete_event(at_microsoft);
        }
    }

    /// Returns when everything that the providers had to say has arrived.
    pub(crate) async fn is_told(&self) {
        self.world.sandbox.settle().await;
    }

    /// A drain that succeeds.
    pub(crate) fn drain(&self) -> Value {
        self.program().json("drain-webhooks")
    }

    /// Time passes: what died holds nothing any more.
    pub(crate) fn time_passes(&self) {
        self.line.holds_end();
        let sql = "UPDATE leases SET until = '2020-01-01T00:00:00.000Z'";
        self.store().execute(sql, []).unwrap();
    }

    /// The write-ahead logs are empty; nobody else may be at work.
    pub(crate) fn logs_begin_anew(&self) {
        self.line.log_begins_anew();
        empty_log(&self.store());
    }

    /// The store's file.
    pub(crate) fn store(&self) -> Connection {
        let store = Connection::open(self.program().store()).unwrap();
        store
            .busy_timeout(std::time::Duration::from_secs(5))
            .unwrap();
        store
    }
}
