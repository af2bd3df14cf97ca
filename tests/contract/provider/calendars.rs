//! The calendars of an account.

use calsync::model::calendar::{AccessRole, DiscoveredCalendar};
use calsync::model::id::ExternalId;
use calsync::provider::{ChangesRequest, ProviderError};

use super::bench::Bench;
use super::service::{Refusal, What, once};

async fn calendars(bench: &Bench) -> Vec<DiscoveredCalendar> {
    bench.provider.calendars(&bench.session).await.unwrap()
}

pub(crate) async fn calendars_are_listed_with_name_role_and_which_is_primary(bench: Bench) {
    bench.service.add_calendar("Team", true);
    bench.service.add_calendar("Holidays", false);
    let listed = calendars(&bench).await;
    let mut found: Vec<_> = listed
        .iter()
        .map(|one| (one.name.as_str(), one.access_role, one.is_primary))
        .collect();
    found.sort_by_key(|one| one.0);
    let expected = [
        ("Calendar", AccessRole::Owner, true),
        ("Holidays", AccessRole::Reader, false),
        ("Team", AccessRole::Owner, false),
    ];
    assert_eq!(found, expected);
    let main = ExternalId::new(bench.service.main());
    assert!(
        listed
            .iter()
            .any(|one| one.is_primary && one.external_id == main)
    );
}

pub(crate) async fn every_page_of_the_calendars_is_read(bench: Bench) {
    for number in 1..=260 {
        bench
            .service
            .add_calendar(&format!("Project {number}"), true);
    }
    assert_eq!(calendars(&bench).await.len(), 261);
    assert!(bench.service.requests() > 1);
}

pub(crate) async fn a_calendar_that_nobody_has_is_not_found(bench: Bench) {
    let request = ChangesRequest {
        calendar: ExternalId::new("nobodys"),
        ..bench.request(None)
    };
    let error = bench.page(&request).await.unwrap_err();
    assert!(matches!(error, ProviderError::NotFound), "{error:?}");
}

pub(crate) async fn a_calendar_that_is_refused_is_forbidden(bench: Bench) {
    bench.service.trouble(once(What::Refused(Refusal::Denied)));
    let error = bench.list().await.err().unwrap();
    assert!(
        matches!(error, ProviderError::Forbidden { .. }),
        "{error:?}"
    );
    assert_eq!(bench.service.requests(), 1);
}
