//! Writes to Graph where its contract leaves more than one answer open,
//! against the model of it. What holds for every provider is in `contract`.

use std::sync::Arc;

use async_trait::async_trait;
use calsync::model::account::ProviderKind;
use calsync::model::content::{Content, Field};
use calsync::model::event::Event;
use calsync::model::id::{AccountId, CreationKey, ExternalId, TaskId};
use calsync::model::time::{EventTime, Zone};
use calsync::provider::{
    Created, Creation, Credentials, EventAt, GoogleEndpoints, MicrosoftEndpoints, Provider,
    ProviderError, ProviderSettings, Result, RetrySettings, Session, TransportSettings, Update,
};
use calsync::sandbox::Sandbox;
use calsync::sandbox::microsoft::{ApiError, CalendarSpec, Effect, Fault, Kind, Microsoft};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::conform;

const ADA: &str = "ada@example.com";

/// The adapter in front of the model, and an account there.
struct Bench {
    graph: Microsoft,
    provider: Arc<dyn Provider>,
    session: Session,
    calendar: String,
    _sandbox: Sandbox,
    _conforming: conform::AtTheEnd,
}

struct Token(SecretString);

#[async_trait]
impl Credentials for Token {
    async fn access(&self) -> Result<SecretString> {
        Ok(self.0.clone())
    }

    async fn replace(&self, _refused: &SecretString) -> Result<SecretString> {
        Ok(self.0.clone())
    }
}

async fn bench() -> Bench {
    let now = "2026-03-16T08:00:00Z".parse().unwrap();
    let sandbox = Sandbox::start(now, 7).await.unwrap();
    let graph = sandbox.microsoft.clone();
    graph.add_account(ADA);
    let token = Token(graph.access_token(ADA).into());
    let providers = calsync::provider::open(settings(&sandbox));
    Bench {
        provider: providers.of(ProviderKind::Microsoft).clone(),
        session: Session::new(AccountId::new("a-1"), Arc::new(token)),
        calendar: graph.default_calendar(ADA),
        _conforming: conform::AtTheEnd(graph.clone()),
        graph,
        _sandbox: sandbox,
    }
}

/// Nothing waits.
fn settings(sandbox: &Sandbox) -> ProviderSettings {
    let retry = RetrySettings {
        min_delay: std::time::Duration::ZERO,
        max_delay: std::time::Duration::ZERO,
        ..RetrySettings::default()
    };
    ProviderSettings {
        google: GoogleEndpoints {
            api_url: sandbox.google.api_url().parse().unwrap(),
            auth_url: sandbox.google.token_url().parse().unwrap(),
            revoke_url: sandbox.google.revoke_url().parse().unwrap(),
            token_url: sandbox.google.token_url().parse().unwrap(),
            client_id: None,
            client_secret: None,
        },
        microsoft: MicrosoftEndpoints {
            api_url: sandbox.microsoft.api_url().parse().unwrap(),
            auth_url: sandbox.microsoft.token_url().parse().unwrap(),
            device_url: sandbox.microsoft.token_url().parse().unwrap(),
            token_url: sandbox.microsoft.token_url().parse().unwrap(),
            client_id: None,
            client_secret: None,
        },
        transport: TransportSettings {
            retry,
            ..TransportSettings::default()
        },
    }
}

impl Bench {
    /// The first event of a task.
    fn creation(&self, task: &str) -> Creation {
        let (task, calendar) = (TaskId::new(task), ExternalId::new(&self.calendar));
        Creation {
            key: CreationKey::of(&task, &calendar, 1),
            calendar,
            timezone: None,
            task,
            content: Content {
                title: Some("Report".to_owned()),
                time: Some(at("2026-03-17T09:00:00Z", "2026-03-17T10:00:00Z")),
                ..Content::default()
            },
        }
    }

    async fn create(&self, task: &str) -> Result<Created> {
        let creation = self.creation(task);
        self.provider.create_event(&self.session, &creation).await
    }

    /// The event of a task as it is found.
    async fn find(&self, task: &str) -> Option<Event> {
        let creation = self.creation(task);
        let found = self.provider.created_event(&self.session, &creation);
        found.await.unwrap()
    }

    fn at(&self, event: &str) -> EventAt {
        EventAt {
            calendar: ExternalId::new(&self.calendar),
            timezone: None,
            event: ExternalId::new(event),
        }
    }

    /// Changes some fields of the revision given.
    async fn update(
        &self,
        (event, etag): (&str, &str),
        fields: &[Field],
        content: Content,
    ) -> Result<Event> {
        let update = Update {
            etag: etag.to_owned(),
            fields: fields.to_vec(),
            content,
        };
        self.provider
            .update_event(&self.session, &self.at(event), &update)
            .await
    }

    async fn rename(&self, event: &str, etag: &str) -> Result<Event> {
        let title = Some("Ours".to_owned());
        let content = Content {
            title,
            ..Content::default()
        };
        self.update((event, etag), &[Field::Title], content).await
    }

    async fn delete(&self, event: &str, etag: &str) -> Result<()> {
        let at = self.at(event);
        self.provider.delete_event(&self.session, &at, etag).await
    }

    /// Puts an event into the calendar; answers its id and revision.
    fn put(&self, more: &Value) -> (String, String) {
        let mut event = json!({ "subject": "Theirs",
            "start": { "dateTime": "2026-03-17T09:00:00", "timeZone": "UTC" },
            "end": { "dateTime": "2026-03-17T10:00:00", "timeZone": "UTC" } });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        let id = self.graph.put_event(&self.calendar, event);
        let etag = self.etag(&id);
        (id, etag)
    }

    fn etag(&self, event: &str) -> String {
        let event = self.graph.event(event).unwrap();
        event["@odata.etag"].as_str().unwrap().to_owned()
    }

    fn events(&self) -> usize {
        self.graph.events(&self.calendar).len()
    }
}

fn at(start: &str, end: &str) -> EventTime {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    EventTime::timed(start.parse().unwrap(), end.parse().unwrap(), zone)
}

#[tokio::test]
async fn tasks_whose_ids_resemble_each_other_have_events_of_their_own() {
    let bench = bench().await;
    let mut events = Vec::new();
    for task in ["ab", "AB", "a'b", "a b+c&d#\u{e9}", "ab "] {
        let made = bench.create(task).await.unwrap();
        assert!(!made.is_found, "{task}");
        assert_eq!(bench.find(task).await, Some(made.event.clone()), "{task}");
        events.push(made.event.external_id);
    }
    assert_eq!(bench.events(), events.len());
    let again = bench.create("AB").await.unwrap();
    assert!(again.is_found);
    assert_eq!(again.event.external_id, events[1]);
}

#[tokio::test]
async fn an_event_in_another_calendar_is_not_the_one_of_this() {
    let bench = bench().await;
    let made = bench.create("t").await.unwrap();
    let other = bench.graph.add_calendar(ADA, CalendarSpec::named("Other"));
    let id = made.event.external_id.as_str();
    assert!(bench.graph.move_event_to_calendar(id, &other));
    assert_eq!(bench.find("t").await, None);
    let error = bench.create("t").await.unwrap_err();
    assert!(matches!(error, ProviderError::Gone), "{error}");
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_event_however_repetitions_are_refused() {
    for status in [400, 409] {
        for named in [true, false] {
            let bench = bench().await;
            bench.graph.behave(|how| {
                how.duplicate_status = status;
                how.duplicate_names_event = named;
            });
            let lost = Fault::new(Effect::DropAfter).on(Kind::EventsCreate);
            bench.graph.inject(lost);
            let made = bench.create("t").await.unwrap();
            assert_eq!(made.event.title.as_deref(), Some("Report"));
            assert_eq!(bench.events(), 1, "{status} {named}");
        }
    }
}

#[tokio::test]
async fn the_key_of_a_deleted_event_is_used_up_where_it_is_remembered() {
    for named in [true, false] {
        let bench = bench().await;
        bench.graph.behave(|how| how.duplicate_names_event = named);
        let made = bench.create("t").await.unwrap();
        assert!(bench.graph.delete_event(made.event.external_id.as_str()));
        let error = bench.create("t").await.unwrap_err();
        assert!(matches!(error, ProviderError::Gone), "{error}");
        let next = Creation {
            key: CreationKey::of(&TaskId::new("t"), &ExternalId::new(&bench.calendar), 2),
            ..bench.creation("t")
        };
        let made = bench.provider.create_event(&bench.session, &next).await;
        assert!(!made.unwrap().is_found);
    }
}

#[tokio::test]
async fn a_change_of_an_older_revision_is_not_written_even_if_graph_would() {
    for enforced in [true, false] {
        let bench = bench().await;
        bench.graph.behave(|how| how.enforce_if_match = enforced);
        let (id, etag) = bench.put(&json!({}));
        assert!(bench.graph.edit_event(&id, json!({ "subject": "New" })));
        let error = bench.rename(&id, &etag).await.unwrap_err();
        assert!(matches!(error, ProviderError::PreconditionFailed));
        let error = bench.delete(&id, &etag).await.unwrap_err();
        assert!(matches!(error, ProviderError::PreconditionFailed));
        assert_eq!(bench.graph.event(&id).unwrap()["subject"], "New");
    }
}

#[tokio::test]
async fn an_edit_between_looking_and_writing_fails_the_condition() {
    for status in [412, 409] {
        let bench = bench().await;
        bench.graph.behave(|how| how.conflict_status = status);
        let (id, etag) = bench.put(&json!({}));
        let edited = id.clone();
        let edit = move |graph: &Microsoft| {
            graph.edit_event(&edited, json!({ "subject": "New" }));
        };
        bench
            .graph
            .inject(Fault::meanwhile(edit).on(Kind::EventsUpdate));
        let error = bench.rename(&id, &etag).await.unwrap_err();
        assert!(matches!(error, ProviderError::PreconditionFailed));
        assert_eq!(bench.graph.event(&id).unwrap()["subject"], "New");
    }
}

#[tokio::test]
async fn what_is_cleared_is_none_and_what_is_not_written_stays() {
    let bench = bench().await;
    let (id, etag) = bench.put(
        &json!({ "body": "text", "location": "Office", "showAs": "oof",
        "isReminderOn": true, "reminderMinutesBeforeStart": 10 }),
    );
    let fields = [Field::Description, Field::Location, Field::Reminder];
    let cleared = bench.update((&id, &etag), &fields, Content::default());
    let event = cleared.await.unwrap();
    let content = Content::of(&event);
    assert_eq!(content.title.as_deref(), Some("Theirs"));
    assert_eq!(
        (
            content.description,
            content.location,
            content.reminder_minutes
        ),
        (None, None, None)
    );
    assert_eq!(event.etag, Some(bench.etag(&id)));
    assert_eq!(bench.graph.event(&id).unwrap()["showAs"], "oof");
}

#[tokio::test]
async fn a_series_goes_on_repeating_by_the_clocks_of_its_zone() {
    let bench = bench().await;
    let zone = "W. Europe Standard Time";
    let (id, etag) = bench.put(&json!({
        "start": { "dateTime": "2026-03-17T09:00:00", "timeZone": zone },
        "end": { "dateTime": "2026-03-17T10:00:00", "timeZone": zone },
        "recurrence": { "pattern": { "type": "daily", "interval": 1 },
            "range": { "type": "numbered", "startDate": "2026-03-17", "numberOfOccurrences": 30 } } }));
    let time = at("2026-03-17T10:30:00Z", "2026-03-17T11:00:00Z");
    let content = Content {
        time: Some(time.clone()),
        ..Content::default()
    };
    let event = bench.update((&id, &etag), &[Field::Time], content).await;
    assert_eq!(event.unwrap().time, Some(time));
    // After the change of the clocks it is an hour earlier in UTC.
    let later = bench.graph.occurrence(&id, "2026-04-01").unwrap();
    let start = &bench.graph.event(&later).unwrap()["start"]["dateTime"];
    assert_eq!(start, "2026-04-01T09:30:00.0000000");
}

#[tokio::test]
async fn days_become_a_span_and_a_span_days() {
    let bench = bench().await;
    let (id, etag) = bench.put(&json!({}));
    let day = |text: &str| text.parse().unwrap();
    let days = EventTime::all_day(day("2026-03-18"), day("2026-03-20"));
    let span = at("2026-03-18T09:00:00Z", "2026-03-18T10:00:00Z");
    let mut etag = etag;
    for time in [days.clone(), span, days] {
        let content = Content {
            time: Some(time.clone()),
            ..Content::default()
        };
        let event = bench.update((&id, &etag), &[Field::Time], content).await;
        let event = event.unwrap();
        let slot = event.time.as_ref().map(EventTime::slot);
        assert_eq!(slot, Some(time.slot()));
        etag = event.etag.unwrap();
    }
}

#[tokio::test]
async fn what_is_gone_or_cancelled_counts_as_deleted() {
    for status in [404, 410] {
        let bench = bench().await;
        bench.graph.behave(|how| how.gone_status = status);
        let (id, etag) = bench.put(&json!({}));
        let (deleted, kept) = (id.clone(), id.clone());
        let delete = move |graph: &Microsoft| {
            graph.delete_event(&deleted);
        };
        bench
            .graph
            .inject(Fault::meanwhile(delete).on(Kind::EventsDelete));
        bench.delete(&id, &etag).await.unwrap();
        bench.delete(&kept, &etag).await.unwrap();
    }
    let bench = bench().await;
    let (id, _) = bench.put(&json!({}));
    assert!(bench.graph.cancel_meeting(&id));
    let denied = || Fault::refuse(&ApiError::access_denied()).on(Kind::EventsDelete);
    bench.graph.inject(denied());
    bench.delete(&id, &bench.etag(&id)).await.unwrap();
    let (id, etag) = bench.put(&json!({}));
    bench.graph.inject(denied());
    let error = bench.delete(&id, &etag).await.unwrap_err();
    assert!(matches!(error, ProviderError::Forbidden { .. }));
}

#[tokio::test]
async fn an_answer_that_breaks_off_does_not_lose_the_event() {
    let bench = bench().await;
    bench
        .graph
        .inject(Fault::new(Effect::TruncatedBody).on(Kind::EventsCreate));
    let error = bench.create("t").await.unwrap_err();
    assert!(matches!(error, ProviderError::Protocol { .. }), "{error}");
    assert!(bench.create("t").await.unwrap().is_found);
    assert_eq!(bench.events(), 1);
}
