//! What goes wrong: requests and answers are lost, the provider refuses or
//! forgets, people act in the middle of a cycle, processes die.

use std::sync::Arc;

use calsync::sandbox::faults::{Effect, Fault};
use calsync::sandbox::{google, microsoft};
use serde_json::json;

use super::house::House;
use crate::support::planner::At;
use crate::support::story::ANA;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    Anything,
    Reading,
    Creation,
    Change,
    Deletion,
}

/// What happens to it, and nothing else.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    RequestLost,
    AnswerLost,
    AnswerCut,
    Busy {
        status: u16,
        /// Seconds that are asked for.
        asked: Option<u32>,
    },
    Refused,
}

/// What happens just before it is processed.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    PersonActs,
    ApplicationActs,
    /// The process is asked to end.
    Stop,
    /// The process is as good as dead: it can note nothing any more.
    LosesLease,
    /// The process dies before the answer comes.
    Dies,
}

impl House {
    /// Sets up what the seed decides once: what people have in the calendar
    /// anyway, and how the provider does what its contract leaves open.
    pub(super) fn furnish(&mut self) {
        let world = &self.planner.world;
        match self.planner.at {
            At::Google => {
                let time =
                    |hour: u32| json!({ "dateTime": format!("2026-03-10T{hour:02}:00:00Z") });
                let lunch = json!({ "summary": "lunch", "start": time(11), "end": time(12) });
                world.calendar("Work").put(lunch);
            }
            At::Microsoft => {
                let time = |hour: u32| json!({ "dateTime": format!("2026-03-10T{hour:02}:00:00"), "timeZone": "UTC" });
                let lunch = json!({ "subject": "lunch", "start": time(11), "end": time(12) });
                world.folder("Work").put(lunch);
            }
        }
        match self.planner.at {
            At::Google => self.furnish_google(),
            At::Microsoft => self.furnish_microsoft(),
        }
        self.own = self.planner.bodies();
    }

    fn furnish_google(&self) {
        let odd = [(); 4].map(|()| self.one_in(3));
        self.planner.world.google().behave(|behaviour| {
            behaviour.empty_every = odd[0].then_some(2);
            behaviour.malformed_token_is_gone = odd[1];
            behaviour.restore_deleted = odd[2];
            behaviour.refuse_lower_sequence = odd[3];
        });
        self.note(format!("behaves: {odd:?}"));
    }

    fn furnish_microsoft(&mut self) {
        let odd = [(); 11].map(|()| self.one_in(3));
        let loss = self.pick(&[
            microsoft::TokenLoss::SyncStateNotFound,
            microsoft::TokenLoss::Location,
            microsoft::TokenLoss::FullSyncRequired,
            microsoft::TokenLoss::NestedResyncRequired,
            microsoft::TokenLoss::BadRequest,
            microsoft::TokenLoss::NotFound,
        ]);
        self.planner.world.microsoft().behave(|behaviour| {
            behaviour.token_loss = loss.unwrap_or(behaviour.token_loss);
            behaviour.stale_copies = odd[0];
            behaviour.replay = if odd[1] { 3 } else { 0 };
            behaviour.empty_every = odd[2].then_some(2);
            behaviour.enforce_if_match = !odd[3];
            behaviour.conflict_status = if odd[4] { 409 } else { 412 };
            behaviour.duplicate_status = if odd[5] { 409 } else { 400 };
            behaviour.duplicate_names_event = !odd[6];
            behaviour.transactions_outlive_events = !odd[7];
            behaviour.gone_status = if odd[8] { 410 } else { 404 };
            behaviour.unknown_members = odd[9];
            behaviour.shuffle = odd[10].then_some(7);
        });
        self.guarded = !odd[3];
        self.note(format!("behaves: {odd:?}, {loss:?}"));
    }

    /// Some trouble for the next cycles.
    pub(super) fn some_trouble(self: &Arc<Self>) {
        for _ in 0..self.chance(3) {
            self.one_trouble();
        }
    }

    fn one_trouble(self: &Arc<Self>) {
        let on = [
            On::Anything,
            On::Reading,
            On::Creation,
            On::Change,
            On::Deletion,
        ];
        let on = self.pick(&on).unwrap();
        let nth = u32::try_from(1 + self.chance(if on == On::Anything { 6 } else { 2 })).unwrap();
        match self.chance(16) {
            0..3 => self.mishap(on, nth, Mishap::AnswerLost),
            3 => self.mishap(on, nth, Mishap::RequestLost),
            4 => self.mishap(on, nth, Mishap::AnswerCut),
            5..7 => {
                let status = self.pick(&[429, 503, 500]).unwrap();
                let asked = self.pick(&[None, Some(30), Some(3000)]).unwrap();
                self.mishap(on, nth, Mishap::Busy { status, asked });
            }
            7 => self.mishap(on, nth, Mishap::Refused),
            8 => self.forgets(),
            9..11 => self.meanwhile(on, nth, Meanwhile::PersonActs),
            11 => self.meanwhile(on, nth, Meanwhile::ApplicationActs),
            12 => self.meanwhile(on, nth, Meanwhile::Stop),
            13 => self.meanwhile(on, nth, Meanwhile::LosesLease),
            _ => self.meanwhile(on, nth, Meanwhile::Dies),
        }
    }

    /// Tokens are lost.
    fn forgets(&self) {
        let email = crate::support::story::email(ANA);
        let world = &self.planner.world;
        let access = self.one_in(2);
        self.note(format!("the provider forgets, access too: {access}"));
        match self.planner.at {
            At::Google => {
                world.calendar("Work").expire_tokens();
                if access {
                    world.google().expire_access_tokens(&email);
                }
            }
            At::Microsoft => {
                world.folder("Work").expire_links();
                if access {
                    world.microsoft().expire_access_tokens(&email);
                }
            }
        }
    }

    fn mishap(&self, on: On, nth: u32, mishap: Mishap) {
        // Whatever is read is never refused for good.
        let on = match mishap {
            Mishap::Refused if matches!(on, On::Anything | On::Reading) => On::Change,
            _ => on,
        };
        self.note(format!("to come: {on:?} no. {nth}: {mishap:?}"));
        match self.planner.at {
            At::Google => {
                let refused = google::ApiError::forbidden();
                let fault = fault(mishap, refused.status, &refused.body().to_string());
                self.inject_google(on, nth, fault);
            }
            At::Microsoft => {
                let refused = microsoft::ApiError::access_denied();
                let fault = fault(mishap, refused.status, &refused.body().to_string());
                self.inject_microsoft(on, nth, fault);
            }
        }
    }

    fn meanwhile(self: &Arc<Self>, on: On, nth: u32, what: Meanwhile) {
        // Where revisions are not looked at, nobody could tell what a person
        // did between our reading and our writing.
        if matches!(what, Meanwhile::PersonActs) && !self.guarded {
            return;
        }
        self.note(format!("to come: {on:?} no. {nth}: {what:?}"));
        let house = Arc::downgrade(self);
        let work = move || {
            if let Some(house) = house.upgrade() {
                house.happens(what);
            }
        };
        match self.planner.at {
            At::Google => {
                self.inject_google(on, nth, google::Fault::meanwhile(move |_| work()));
            }
            At::Microsoft => {
                self.inject_microsoft(on, nth, microsoft::Fault::meanwhile(move |_| work()));
            }
        }
    }

    fn happens(&self, what: Meanwhile) {
        self.note(format!("in the middle: {what:?}"));
        let process = self.process.lock().unwrap().clone();
        match what {
            Meanwhile::PersonActs => self.person_acts(),
            Meanwhile::ApplicationActs => self.application_acts(),
            Meanwhile::Stop => process.stop.cancel(),
            Meanwhile::LosesLease => self.application("DELETE FROM leases"),
            Meanwhile::Dies => process.dead.cancel(),
        }
    }

    fn inject_google(&self, on: On, nth: u32, fault: google::Fault) {
        use google::Kind;
        let fault = match on {
            On::Anything => fault,
            On::Reading => fault.on(Kind::EventsList),
            On::Creation => fault.on(Kind::EventsInsert),
            On::Change => fault.on(Kind::EventsPatch),
            On::Deletion => fault.on(Kind::EventsDelete),
        };
        self.planner.world.inject(fault.nth(nth));
    }

    fn inject_microsoft(&self, on: On, nth: u32, fault: microsoft::Fault) {
        use microsoft::Kind;
        let fault = match on {
            On::Anything => fault,
            On::Reading => fault.on(Kind::Delta),
            On::Creation => fault.on(Kind::EventsCreate),
            On::Change => fault.on(Kind::EventsUpdate),
            On::Deletion => fault.on(Kind::EventsDelete),
        };
        self.planner.world.upset(fault.nth(nth));
    }

    /// From now on nothing goes wrong.
    pub(super) fn no_more_trouble(&self) {
        self.planner.world.google().clear_faults();
        self.planner.world.microsoft().clear_faults();
        self.note("no more trouble");
    }
}

fn fault<K: Copy + PartialEq, H: Clone>(mishap: Mishap, refused: u16, body: &str) -> Fault<K, H> {
    match mishap {
        Mishap::RequestLost => Fault::new(Effect::DropBefore),
        Mishap::AnswerLost => Fault::new(Effect::DropAfter),
        Mishap::AnswerCut => Fault::new(Effect::TruncatedBody),
        Mishap::Busy { status, asked } => {
            let fault = Fault::answer(status, "{}");
            match asked {
                Some(seconds) => fault.retry_after(&seconds.to_string()),
                None => fault,
            }
        }
        Mishap::Refused => Fault::answer(refused, body),
    }
}
