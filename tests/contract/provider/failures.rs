//! What goes wrong on the way.

use std::time::Duration;

use calsync::provider::ProviderError;
use calsync::sandbox::Sandbox;

use super::bench::{Bench, now};
use super::service::{Refusal, Trouble, What, always, event, once};

/// How a listing fails.
async fn failure(bench: &Bench, trouble: Trouble) -> ProviderError {
    bench.service.trouble(trouble);
    bench.list().await.err().unwrap()
}

fn is_protocol(error: &ProviderError) -> bool {
    matches!(error, ProviderError::Protocol { .. })
}

fn is_unavailable(error: &ProviderError) -> bool {
    matches!(error, ProviderError::Unavailable { .. })
}

pub(crate) async fn a_body_that_is_cut_off_is_not_understood(bench: Bench) {
    bench.put(event("lunch", "2026-03-10T12:00", "2026-03-10T13:00"));
    let error = failure(&bench, once(What::Truncated)).await;
    assert!(is_protocol(&error), "{error:?}");
}

pub(crate) async fn a_page_of_html_is_not_understood(bench: Bench) {
    let error = failure(&bench, once(What::Html)).await;
    assert!(is_protocol(&error), "{error:?}");
}

pub(crate) async fn a_short_wait_that_is_asked_for_is_waited(bench: Bench) {
    bench.service.trouble(once(What::RefusedFor { seconds: 0 }));
    bench.list().await.unwrap();
    assert_eq!(bench.service.requests(), 2);
}

pub(crate) async fn a_long_wait_that_is_asked_for_is_left_to_the_caller(bench: Bench) {
    let error = failure(&bench, always(What::RefusedFor { seconds: 3600 })).await;
    let ProviderError::RateLimited { retry_after, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(retry_after, Some(Duration::from_secs(3600)));
    assert_eq!(bench.service.requests(), 1);
}

pub(crate) async fn a_failure_that_passes_is_not_seen(bench: Bench) {
    for what in [
        What::Refused(Refusal::Failing),
        What::Refused(Refusal::TooMany),
        What::Dropped,
    ] {
        bench.service.trouble(once(what));
        bench.list().await.unwrap();
    }
    assert_eq!(bench.service.requests(), 6);
}

pub(crate) async fn a_failure_that_stays_is_unavailable(bench: Bench) {
    let error = failure(&bench, always(What::Refused(Refusal::Failing))).await;
    assert!(is_unavailable(&error), "{error:?}");
    assert_eq!(bench.service.requests(), 3);
}

pub(crate) async fn a_lost_connection_is_unavailable(bench: Bench) {
    let error = failure(&bench, always(What::Dropped)).await;
    assert!(is_unavailable(&error), "{error:?}");
}

pub(crate) async fn a_redirect_is_not_followed(bench: Bench) {
    let other = Sandbox::start(now(), 8).await.unwrap();
    let error = failure(&bench, once(What::Redirect(other.url() + "/google"))).await;
    assert!(is_protocol(&error), "{error:?}");
    assert!(saw_nothing(&other));
    let own = bench.sandbox.url();
    let error = failure(&bench, once(What::Redirect(own))).await;
    assert!(is_protocol(&error), "{error:?}");
}

pub(crate) async fn no_link_leads_the_bearer_elsewhere(bench: Bench) {
    let other = Sandbox::start(now(), 8).await.unwrap();
    for number in 0..=bench.service.page_size() {
        let title = format!("event {number}");
        bench.put(event(&title, "2026-03-10T12:00", "2026-03-10T13:00"));
    }
    let elsewhere = other.url() + "/microsoft";
    bench.service.trouble(once(What::ForeignLinks(elsewhere)));
    // Where a listing goes on by links it ends here.
    if let Err(error) = bench.list().await {
        assert!(is_protocol(&error), "{error:?}");
    }
    assert!(saw_nothing(&other));
}

fn saw_nothing(sandbox: &Sandbox) -> bool {
    sandbox.google.requests().is_empty() && sandbox.microsoft.requests().is_empty()
}
