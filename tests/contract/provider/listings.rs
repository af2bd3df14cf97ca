//! Listings: their pages, their ends and the tokens between them.

use calsync::model::id::SyncToken;
use calsync::model::time::Window;
use calsync::provider::{ChangesRequest, Next, ProviderError, Scope};
use chrono::TimeDelta;

use super::bench::{Bench, now};
use super::picture::Picture;
use super::service::{What, always, event, once};

/// Enters so many events, one behind the other.
fn fill(bench: &Bench, count: usize) {
    for number in 0..count {
        let (day, hour) = (1 + number / 23 % 30, number % 23);
        let at = |minute| format!("2026-04-{day:02}T{hour:02}:{minute}");
        bench.put(event(&format!("event {number}"), &at("00"), &at("30")));
    }
}

/// A request that has come to the second page of a listing.
async fn on_the_second_page(bench: &Bench) -> ChangesRequest {
    fill(bench, bench.service.page_size() + 1);
    let mut request = bench.request(None);
    let Next::Page(page) = bench.page(&request).await.unwrap().next else {
        panic!("one page holds it all");
    };
    request.page = Some(page);
    request
}

fn is_expired(error: &ProviderError) -> bool {
    matches!(error, ProviderError::SyncTokenExpired)
}

pub(crate) async fn a_full_listing_brings_every_event_in_pages_and_ends_with_a_token(bench: Bench) {
    let count = bench.service.page_size() + 1;
    fill(&bench, count);
    let picture = bench.list().await.unwrap();
    assert_eq!(picture.timeline().len(), count);
    assert!(picture.token.is_some());
    assert_eq!(bench.service.requests(), 2);
}

pub(crate) async fn nothing_changed_brings_nothing_but_a_token(bench: Bench) {
    fill(&bench, 3);
    bench.put(event("daily", "2026-03-10T09:00", "2026-03-10T10:00").daily(5));
    let token = bench.list().await.unwrap().token;
    for _ in 0..2 {
        let page = bench.page(&bench.request(token.clone())).await.unwrap();
        assert!(page.changes.is_empty(), "{page:?}");
        assert!(
            page.touched.is_empty() && page.vanished.is_empty(),
            "{page:?}"
        );
        assert!(matches!(page.next, Next::Done(Some(_))), "{page:?}");
    }
}

pub(crate) async fn a_token_continues_after_the_listing_that_brought_it(bench: Bench) {
    let mut picture = bench.list().await.unwrap();
    for number in 0..3 {
        let title = format!("event {number}");
        bench.put(event(&title, "2026-03-10T09:00", "2026-03-10T10:00"));
        let page = bench
            .page(&bench.request(picture.token.clone()))
            .await
            .unwrap();
        assert_eq!(page.changes.len(), 1, "{page:?}");
        bench.follow(&mut picture).await.unwrap();
    }
    assert_eq!(picture.timeline().len(), 3);
}

pub(crate) async fn an_expired_token_is_said_so(bench: Bench) {
    let mut picture = bench.list().await.unwrap();
    bench.service.expire_tokens();
    let error = bench.follow(&mut picture).await.unwrap_err();
    assert!(is_expired(&error), "{error:?}");
    assert!(bench.list().await.unwrap().token.is_some());
}

pub(crate) async fn an_expired_token_is_said_so_in_the_middle_of_paging(bench: Bench) {
    let request = on_the_second_page(&bench).await;
    bench.service.expire_tokens();
    let error = bench.page(&request).await.unwrap_err();
    assert!(is_expired(&error), "{error:?}");
}

pub(crate) async fn a_page_that_repeats_ends(bench: Bench) {
    let request = on_the_second_page(&bench).await;
    bench.service.trouble(always(What::RepeatedPage));
    let error = bench.page(&request).await.unwrap_err();
    assert!(matches!(error, ProviderError::Protocol { .. }), "{error:?}");
    let error = bench.list().await.err().unwrap();
    assert!(matches!(error, ProviderError::Protocol { .. }), "{error:?}");
    assert!(
        bench.service.requests() <= 4,
        "{}",
        bench.service.requests()
    );
}

pub(crate) async fn a_listing_may_end_without_a_token(bench: Bench) {
    fill(&bench, 2);
    bench.service.trouble(once(What::NoToken));
    let picture = bench.list().await.unwrap();
    assert_eq!(
        (picture.timeline().len(), picture.token),
        (2, None::<SyncToken>)
    );
}

pub(crate) async fn an_empty_page_is_not_the_last(bench: Bench) {
    bench.service.empty_pages();
    let count = bench.service.page_size() + 1;
    fill(&bench, count);
    assert_eq!(bench.list().await.unwrap().timeline().len(), count);
    assert_eq!(bench.service.requests(), 3);
}

pub(crate) async fn every_request_is_counted(bench: Bench) {
    bench.put(event("daily", "2026-03-10T09:00", "2026-03-10T10:00").daily(5));
    let mut picture = bench.list().await.unwrap();
    bench
        .service
        .rename(picture.event("daily").external_id.as_str(), "other");
    bench.follow(&mut picture).await.unwrap();
    assert_eq!(bench.session.requests(), bench.service.requests() as u64);
}

pub(crate) async fn a_confined_listing_brings_what_takes_place_inside(bench: Bench) {
    let next_week = Window::new(now(), now() + TimeDelta::days(7));
    bench.put(event("soon", "2026-03-18T09:00", "2026-03-18T10:00"));
    bench.put(event("later", "2026-04-18T09:00", "2026-04-18T10:00"));
    bench.put(event("daily", "2026-03-10T09:00", "2026-03-10T10:00").daily(30));
    let request = ChangesRequest {
        only: Some(next_week),
        ..bench.request(None)
    };
    let page = bench.page(&request).await.unwrap();
    let mut picture = Picture::of(next_week);
    picture.take(page.changes);
    let inside = picture.timeline();
    assert_eq!(inside.len(), 8, "{inside:?}");
    let all = bench.provider.scope() == Scope::Window;
    assert!(all || page.next == Next::Done(None), "{:?}", page.next);
}
