//! Watches: granted, delivering, lasting longer, and ending.

use calsync::model::id::ExternalId;
use calsync::model::notification::Signal;
use calsync::model::watch::WatchGrant;
use calsync::provider::{ProviderError, WatchRequest};
use chrono::TimeDelta;
use url::Url;

use super::bench::{Bench, now};
use super::watching::{HOST, Watching, week};

pub(crate) async fn a_watch_delivers_what_is_received(bench: Bench) {
    let watching = Watching::of(bench).await;
    let grant = watching.watch("1").await.unwrap();
    assert_eq!(grant.until, week(now()));
    watching.bench.service.settle().await;
    let greeted = watching.listener.take();
    assert!(greeted.greetings > 0 && greeted.authentic.is_empty());
    let told = watching.told().await;
    assert_eq!((told.authentic.len(), told.forged), (1, 0), "{told:?}");
    let notification = &told.authentic[0];
    assert_eq!(notification.provider, watching.bench.service.kind());
    assert_eq!(notification.user_id.as_str(), "ada");
    assert_eq!(notification.watch, Some(grant.external_id));
    assert_eq!(notification.signal(), Signal::Look);
    assert_eq!(notification.received_at, Some(now()));
}

pub(crate) async fn a_notification_with_another_secret_is_forged(bench: Bench) {
    let watching = Watching::of(bench).await;
    watching.watch("1").await.unwrap();
    watching.bench.service.forge_notifications();
    let told = watching.told().await;
    assert_eq!((told.authentic.len(), told.forged), (0, 1), "{told:?}");
}

pub(crate) async fn a_calendar_that_cannot_be_watched_says_so(bench: Bench) {
    let watching = Watching::of(bench).await;
    watching.bench.service.refuse_watches();
    let error = watching.watch("1").await.unwrap_err();
    let fits = matches!(error, ProviderError::Unwatchable { .. });
    assert!(fits, "{error:?}");
    assert_eq!(watching.tell().await, Vec::<String>::new());
}

pub(crate) async fn a_refused_address_is_the_operators(bench: Bench) {
    let watching = Watching::of(bench).await;
    watching.bench.service.refuse_addresses();
    watching.bench.sandbox.unroute(HOST);
    let error = watching.watch("1").await.unwrap_err();
    let fits = matches!(error, ProviderError::AddressRefused { .. });
    assert!(fits, "{error:?}");
}

pub(crate) async fn an_address_without_tls_is_the_operators(bench: Bench) {
    let watching = Watching::of(bench).await;
    let plain = |url: &Url| url.as_str().replace("https:", "http:").parse().unwrap();
    let request = watching.request("1");
    let request = WatchRequest {
        address: plain(&request.address),
        ..request
    };
    let error = watching.ask(&request).await.unwrap_err();
    let fits = matches!(error, ProviderError::AddressRefused { .. });
    assert!(fits, "{error:?}");
}

pub(crate) async fn a_calendar_that_nobody_has_is_not_watched(bench: Bench) {
    let watching = Watching::of(bench).await;
    let request = WatchRequest {
        calendar: ExternalId::new("nobodys"),
        ..watching.request("1")
    };
    let error = watching.ask(&request).await.unwrap_err();
    let fits = matches!(
        error,
        ProviderError::NotFound | ProviderError::Unwatchable { .. }
    );
    assert!(fits, "{error:?}");
}

pub(crate) async fn the_same_watch_again_is_a_conflict(bench: Bench) {
    let watching = Watching::of(bench).await;
    let grant = watching.watch("1").await.unwrap();
    let error = watching.watch("1").await.unwrap_err();
    let fits = matches!(error, ProviderError::Conflict { .. });
    assert!(fits, "{error:?}");
    assert_eq!(watching.tell().await, [grant.external_id]);
}

pub(crate) async fn a_watch_whose_grant_was_lost_is_no_success_and_can_be_replaced(bench: Bench) {
    let watching = Watching::of(bench).await;
    watching.bench.service.lose_a_grant();
    let error = watching.watch("1").await.unwrap_err();
    let fits = matches!(error, ProviderError::Unavailable { .. });
    assert!(fits, "{error:?}");
    let grant = match watching.watch("2").await {
        Err(ProviderError::Conflict { .. }) => {
            let (provider, session) = (&watching.bench.provider, &watching.bench.session);
            for listed in provider.watches(session).await.unwrap() {
                watching.stop(&listed.grant).await.unwrap();
            }
            watching.watch("3").await.unwrap()
        }
        granted => granted.unwrap(),
    };
    let orphan = WatchGrant {
        external_id: "user_ada_1".to_owned(),
        ..grant.clone()
    };
    watching.stop(&orphan).await.unwrap();
    assert_eq!(watching.tell().await, [grant.external_id]);
}

pub(crate) async fn a_stopped_watch_is_silent(bench: Bench) {
    let watching = Watching::of(bench).await;
    let grant = watching.watch("1").await.unwrap();
    watching.stop(&grant).await.unwrap();
    assert_eq!(watching.tell().await, Vec::<String>::new());
    watching.watch("2").await.unwrap();
    assert_eq!(watching.tell().await.len(), 1);
}

pub(crate) async fn a_watch_that_is_no_more_is_stopped(bench: Bench) {
    let watching = Watching::of(bench).await;
    let grant = watching.watch("1").await.unwrap();
    watching.stop(&grant).await.unwrap();
    watching.stop(&grant).await.unwrap();
    let grant = watching.watch("2").await.unwrap();
    watching.bench.service.end_watch(&grant.external_id);
    watching.stop(&grant).await.unwrap();
}

pub(crate) async fn an_extended_watch_lasts_longer_or_is_to_be_replaced(bench: Bench) {
    let watching = Watching::of(bench).await;
    let first = watching.watch("1").await.unwrap();
    let later = now() + TimeDelta::days(6);
    watching.bench.sandbox.clock.advance(TimeDelta::days(6));
    match watching.extend(&first, later).await.unwrap() {
        Some(longer) => {
            assert_eq!(longer.until, week(later));
            assert_eq!(longer.external_id, first.external_id);
        }
        None => {
            let request = WatchRequest {
                now: later,
                until: week(later),
                ..watching.request("2")
            };
            let replaced = watching.ask(&request).await.unwrap();
            assert_eq!(replaced.until, week(later));
            assert_eq!(watching.tell().await.len(), 2);
        }
    }
    watching.bench.sandbox.clock.advance(TimeDelta::days(2));
    assert_eq!(watching.tell().await.len(), 1);
}

pub(crate) async fn a_watch_that_is_gone_is_not_found_on_extension(bench: Bench) {
    let watching = Watching::of(bench).await;
    let grant = watching.watch("1").await.unwrap();
    watching.bench.service.end_watch(&grant.external_id);
    match watching.extend(&grant, now()).await {
        Ok(None) | Err(ProviderError::NotFound) => {}
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_life_that_is_too_long_is_shortened(bench: Bench) {
    let watching = Watching::of(bench).await;
    watching.bench.service.shorten_watches();
    let grant = watching.watch("1").await.unwrap();
    assert!(
        grant.until > now() && grant.until < week(now()),
        "{grant:?}"
    );
    assert_eq!(watching.tell().await.len(), 1);
    if let Some(grant) = watching.extend(&grant, now()).await.unwrap() {
        assert!(
            grant.until > now() && grant.until < week(now()),
            "{grant:?}"
        );
    }
}

pub(crate) async fn watches_are_listed_with_calendar_and_address_or_not_at_all(bench: Bench) {
    let watching = Watching::of(bench).await;
    let grant = watching.watch("1").await.unwrap();
    let (provider, session) = (&watching.bench.provider, &watching.bench.session);
    let request = watching.request("1");
    for listed in provider.watches(session).await.unwrap() {
        assert_eq!(listed.grant, grant);
        assert_eq!(listed.calendar.as_ref(), Some(&request.calendar));
        assert_eq!(listed.address, request.address.as_str());
        watching.stop(&listed.grant).await.unwrap();
        assert_eq!(watching.tell().await, Vec::<String>::new());
    }
    assert_eq!(provider.watches(session).await.unwrap(), []);
}

pub(crate) async fn word_of_the_watch_itself_is_received(bench: Bench) {
    let watching = Watching::of(bench).await;
    let grant = watching.watch("1").await.unwrap();
    watching.listener.take();
    for signal in [Signal::Extend, Signal::Look, Signal::Recreate] {
        if !watching.bench.service.say(&grant.external_id, signal) {
            return;
        }
        watching.bench.service.settle().await;
        let told = watching.listener.take();
        assert_eq!((told.authentic.len(), told.forged), (1, 0), "{told:?}");
        assert_eq!(told.authentic[0].watch.as_ref(), Some(&grant.external_id));
        assert_eq!(told.authentic[0].signal(), signal);
    }
}
