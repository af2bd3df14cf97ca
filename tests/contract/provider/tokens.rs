//! Tokens: their exchange, and what a refused one means.

use calsync::provider::{ProviderError, ProviderSettings};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use super::bench::{Bench, now};
use super::service::{Refusal, What, always, once};

/// A refresh token of the account.
fn granted(bench: &Bench) -> SecretString {
    bench.service.refresh_token().into()
}

pub(crate) async fn a_refresh_token_is_exchanged(bench: Bench) {
    let tokens = bench
        .provider
        .refresh(&granted(&bench), now())
        .await
        .unwrap();
    let access = tokens.access.unwrap();
    assert_eq!(access.expires_at, now() + TimeDelta::seconds(3599));
    assert!(!access.secret.expose_secret().is_empty());
    bench
        .provider
        .refresh(&tokens.refresh, now())
        .await
        .unwrap();
}

pub(crate) async fn a_refresh_token_that_is_replaced_is_handed_out(bench: Bench) {
    bench.service.rotate_refresh_tokens();
    let old = granted(&bench);
    let tokens = bench.provider.refresh(&old, now()).await.unwrap();
    assert_ne!(tokens.refresh.expose_secret(), old.expose_secret());
    let error = bench.provider.refresh(&old, now()).await.unwrap_err();
    assert!(
        matches!(error, ProviderError::ReauthRequired { .. }),
        "{error:?}"
    );
    bench
        .provider
        .refresh(&tokens.refresh, now())
        .await
        .unwrap();
}

pub(crate) async fn a_refused_access_token_is_replaced_once(bench: Bench) {
    bench
        .service
        .trouble(once(What::Refused(Refusal::BadToken)));
    bench.list().await.unwrap();
    assert_eq!(bench.service.requests(), 2);
}

pub(crate) async fn an_access_token_that_is_refused_twice_is_unauthorized(bench: Bench) {
    bench
        .service
        .trouble(always(What::Refused(Refusal::BadToken)));
    let error = bench.list().await.err().unwrap();
    assert!(
        matches!(error, ProviderError::Unauthorized { .. }),
        "{error:?}"
    );
    assert_eq!(bench.service.requests(), 2);
}

pub(crate) async fn a_revoked_grant_is_for_the_user(bench: Bench) {
    let refresh = granted(&bench);
    bench.service.revoke();
    let error = bench.provider.refresh(&refresh, now()).await.unwrap_err();
    let ProviderError::ReauthRequired { reason } = error else {
        panic!("{error:?}");
    };
    assert!(reason.starts_with("invalid_grant"), "{reason}");
}

pub(crate) async fn a_revoked_grant_shows_when_a_token_is_replaced(bench: Bench) {
    bench.service.revoke();
    let error = bench.list().await.err().unwrap();
    assert!(
        matches!(error, ProviderError::ReauthRequired { .. }),
        "{error:?}"
    );
}

pub(crate) async fn a_wrong_client_is_for_the_operator(bench: Bench) {
    let adapter = bench.adapter(|settings: &mut ProviderSettings| {
        settings.google.client_secret = Some("wrong".into());
        settings.microsoft.client_secret = Some("wrong".into());
    });
    let error = adapter.refresh(&granted(&bench), now()).await.unwrap_err();
    assert!(matches!(error, ProviderError::Operator { .. }), "{error:?}");
}

pub(crate) async fn a_missing_client_is_for_the_operator(bench: Bench) {
    let adapter = bench.adapter(|settings| {
        settings.google.client_id = None;
        settings.microsoft.client_id = None;
    });
    let error = adapter.refresh(&granted(&bench), now()).await.unwrap_err();
    let ProviderError::Operator { reason } = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        reason,
        format!("{}.client_id is not set", bench.service.kind())
    );
}
