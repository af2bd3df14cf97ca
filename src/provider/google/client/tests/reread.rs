//! Events by their ids.

use super::*;

async fn reread(server: &Server, events: &[&str]) -> Result<Vec<Change>> {
    let (providers, session) = google(server);
    let events: Vec<_> = events.iter().map(|id| ExternalId::new(*id)).collect();
    providers
        .of(ProviderKind::Google)
        .reread(&session, &request(None, None), &events)
        .await
}

/// An event that is answered with 200.
fn event(id: &str, rest: &str) -> Vec<u8> {
    json(
        200,
        &format!(r#"{{"kind":"calendar#event","id":"{id}",{rest}}}"#),
    )
}

/// What changes say, in a word each.
fn words(changes: &[Change]) -> Vec<(&str, &'static str)> {
    let word = |change: &Change| match change {
        Change::Upsert(_) => "upsert",
        Change::Removed(_) => "removed",
        Change::Unreadable { .. } => "unreadable",
        Change::Occurrence { .. } => "occurrence",
    };
    changes
        .iter()
        .map(|change| (change.external_id().as_str(), word(change)))
        .collect()
}

#[tokio::test]
async fn an_event_is_read_by_its_id_with_what_listings_ask_for() {
    let time = r#""start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}"#;
    let page = r#"{"kind":"calendar#events","nextSyncToken":"s"}"#;
    let server = Server::start([event("a#b", time), json(200, page)]);
    let told = reread(&server, &["a#b", "a#b"]).await.unwrap();
    assert_eq!(words(&told), [("a#b", "upsert")]);
    changes(&server, &request(None, None)).await.unwrap();
    let [read, listed] = <[String; 2]>::try_from(server.requests()).unwrap();
    let (path, query) = asked(&read);
    assert!(
        path.ends_with(".calendar.google.com/events/a%23b"),
        "{path}"
    );
    let fields = |query: Vec<(String, String)>| {
        let found = query.into_iter().find(|(name, _)| name == "fields");
        found.unwrap().1
    };
    let fields_of_one = fields(query);
    let of_one = fields_of_one.strip_suffix(",extendedProperties/private");
    let listed = fields(asked(&listed).1);
    assert!(listed.ends_with(&format!("items({})", of_one.unwrap())));
}

#[tokio::test]
async fn what_became_of_events_is_said_as_listings_say_it() {
    let exception = r#""status":"cancelled","recurringEventId":"s",
        "originalStartTime":{"date":"2026-03-02"}"#;
    for (answer, expected) in [
        (refusal(404, "notFound"), "removed"),
        (refusal(410, "deleted"), "removed"),
        (event("e", r#""status":"cancelled""#), "removed"),
        (event("e", exception), "upsert"),
        (event("e", r#""start":{"date":"monday"}"#), "unreadable"),
        (refusal(403, "forbidden"), "unreadable"),
        (refusal(400, "invalid"), "unreadable"),
    ] {
        let server = Server::start([answer]);
        let told = reread(&server, &["e"]).await.unwrap();
        assert_eq!(words(&told), [("e", expected)]);
    }
}

#[tokio::test]
async fn a_failure_that_is_not_the_events_fails_it_all() {
    for answer in [
        refusal(403, "insufficientPermissions"),
        json(200, "<html>"),
        json(200, r#"{"kind":"calendar#event"}"#),
    ] {
        let server = Server::start([answer]);
        reread(&server, &["e"]).await.unwrap_err();
    }
    let server = Server::start(std::iter::repeat_n(json(404, "<html>"), 3));
    let error = reread(&server, &["e"]).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable { .. }));
}
