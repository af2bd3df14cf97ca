//! Events that are read again.

use super::*;
use crate::model::event::EventKind;

#[tokio::test]
async fn an_event_is_read_under_its_calendar() {
    let server = Server::start([json(200, &single("e/1")), missing(), json(410, "")]);
    let told = reread(&server, &["e/1", "f", "g"]).await.unwrap();
    assert!(matches!(&told[0], Change::Upsert(event) if event.kind == EventKind::Single));
    assert_eq!(told[1], Change::Removed(ExternalId::new("f")));
    assert_eq!(told[2], Change::Removed(ExternalId::new("g")));
    let path = "/v1.0/me/calendars/AAMk%2Fa+b=_-/events";
    assert_eq!(asked(&server)[0], format!("{path}/e%2F1"));
}

#[tokio::test]
async fn a_series_is_read_with_all_its_instances_inside_the_window() {
    let server = Server::linked(|base| {
        let occurrence = member("o", "occurrence");
        let next = format!(r#""@odata.nextLink":"{base}/v1.0/more""#);
        let first = format!(r#"{{"value":[{occurrence}],{next}}}"#);
        let series = json(200, &member("s", "seriesMaster"));
        vec![series, json(200, &first), page(&member("x", "exception"))]
    });
    let told = reread(&server, &["s", "s"]).await.unwrap();
    let ids: Vec<_> = told
        .iter()
        .map(|change| change.external_id().as_str())
        .collect();
    assert_eq!(ids, ["s", "o", "x"]);
    assert!(matches!(told[1], Change::Occurrence { .. }));
    assert!(matches!(&told[2], Change::Upsert(event) if event.kind != EventKind::Single));
    let window = FULL.split_once('?').unwrap().1;
    let instances = format!("/v1.0/me/events/s/instances?{window}&%24top=200");
    assert_eq!(asked(&server)[1..], [instances.as_str(), "/v1.0/more"]);
}

#[tokio::test]
async fn a_member_of_a_series_has_its_series_read_once() {
    let series = json(200, &member("s", "seriesMaster"));
    let [exception, occurrence] =
        ["exception", "occurrence"].map(|kind| json(200, &member("x", kind)));
    let server = Server::start([exception, occurrence, series, page("")]);
    let told = reread(&server, &["x", "y"]).await.unwrap();
    assert_eq!(told.len(), 1);
    assert!(matches!(&told[0], Change::Upsert(event) if event.external_id.as_str() == "s"));
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_series_that_goes_while_it_is_read_is_gone() {
    let series = json(200, &member("s", "seriesMaster"));
    let server = Server::start([series, missing()]);
    let told = reread(&server, &["s"]).await.unwrap();
    assert_eq!(told, [Change::Removed(ExternalId::new("s"))]);
}

#[tokio::test]
async fn an_event_that_is_refused_keeps_no_other_from_being_read() {
    let denied = json(403, r#"{"error":{"code":"ErrorAccessDenied"}}"#);
    let malformed = json(400, r#"{"error":{"code":"ErrorInvalidIdMalformed"}}"#);
    let server = Server::start([denied, malformed, json(200, &single("c"))]);
    let told = reread(&server, &["a", "b", "c"]).await.unwrap();
    assert!(matches!(told[0], Change::Unreadable { .. }));
    assert!(matches!(told[1], Change::Unreadable { .. }));
    assert!(matches!(told[2], Change::Upsert(_)));
}

#[tokio::test]
async fn a_failure_while_reading_again_is_believed_about_nothing() {
    let down = || json(503, "<html>");
    let server = Server::start([down(), down(), down()]);
    let error = reread(&server, &["a"]).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unavailable { .. }));
}

#[tokio::test]
async fn an_event_is_not_gone_because_something_else_is_not_there() {
    for body in ["", "<html>Not Found</html>", "{}"] {
        let server = Server::start([json(404, body)]);
        let error = reread(&server, &["a"]).await.unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{body}");
    }
}

#[tokio::test]
async fn instances_whose_pages_go_in_a_circle_are_not_believed() {
    let server = Server::linked(|base| {
        let body = format!(r#"{{"value":[],"@odata.nextLink":"{base}/v1.0/more"}}"#);
        let series = json(200, &member("s", "seriesMaster"));
        vec![series, json(200, &body), json(200, &body)]
    });
    let error = reread(&server, &["s"]).await.unwrap_err();
    assert!(matches!(error, ProviderError::Protocol { reason } if reason == "page repeats"));
}

#[tokio::test]
async fn instances_whose_pages_lead_back_to_an_earlier_one_are_not_believed() {
    let server = Server::linked(|base| {
        let to = |path: &str| format!(r#"{{"value":[],"@odata.nextLink":"{base}/v1.0/{path}"}}"#);
        let series = json(200, &member("s", "seriesMaster"));
        let pages = ["a", "b", "a"].map(|path| json(200, &to(path)));
        [vec![series], pages.to_vec()].concat()
    });
    let error = reread(&server, &["s"]).await.unwrap_err();
    assert!(matches!(error, ProviderError::Protocol { reason } if reason == "list without end"));
    assert_eq!(server.requests().len(), 4);
}
