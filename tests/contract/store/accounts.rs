//! Accounts and their tokens.

use calsync::model::account::{AccessToken, AccountStatus, Tokens};
use calsync::model::id::AccountId;
use calsync::store::StoreError;
use secrecy::ExposeSecret;

use super::bench::{Bench, discovery, now};
use super::build::{Build, event, login, user};

fn tokens(refresh: &str, access: Option<&str>) -> Tokens {
    Tokens {
        refresh: refresh.into(),
        access: access.map(|secret| AccessToken {
            secret: secret.into(),
            expires_at: now(),
        }),
    }
}

/// Refresh token, access token and revision as they are stored.
async fn stored(bench: &Bench, id: &AccountId) -> (String, Option<String>, i64) {
    let found = bench.store.account_tokens(id).await.unwrap().unwrap();
    let access = found
        .tokens
        .access
        .inspect(|token| assert_eq!(token.expires_at, now()));
    (
        found.tokens.refresh.expose_secret().to_owned(),
        access.map(|token| token.secret.expose_secret().to_owned()),
        found.revision,
    )
}

pub(crate) async fn tokens_come_back_as_they_were_stored(bench: Bench) {
    let mut new = login("u", "new@example.org", "1//r");
    new.tokens = tokens("1//r", Some("ya29"));
    let account = bench
        .store
        .account_upsert(vec![new])
        .await
        .unwrap()
        .remove(0);
    assert_eq!(account.status, AccountStatus::Active);
    assert_eq!(account.email, "new@example.org");
    assert_eq!(account.scopes, ["calendar"]);
    assert_eq!(account.discovered_at, None);
    let (refresh, access, _) = stored(&bench, &account.id).await;
    assert_eq!(
        (refresh.as_str(), access.as_deref()),
        ("1//r", Some("ya29"))
    );
    let nobody = bench.store.account_tokens(&AccountId::new("a-0")).await;
    assert!(nobody.unwrap().is_none());
    let listed = bench.store.account_list(None).await.unwrap();
    assert!(listed.len() == 2 && listed.contains(&account));
    assert!(listed.is_sorted_by_key(|account| account.id.clone()));
}

pub(crate) async fn accounts_are_stored_all_or_none(bench: Bench) {
    let import = vec![
        login("u", "a@example.org", "r"),
        login("u-9", "b@example.org", "r"),
    ];
    let refused = bench.store.account_upsert(import).await.unwrap_err();
    let reason = "user u-9 does not exist: import it with `calsync users import`";
    assert_eq!(refused.to_string(), reason);
    assert!(matches!(refused, StoreError::NoSuch(_)));
    assert_eq!(bench.store.account_list(None).await.unwrap().len(), 1);
}

pub(crate) async fn a_second_import_revives_the_account(bench: Bench) {
    let status = AccountStatus::NeedsReauth {
        reason: "invalid_grant".to_owned(),
        at: now(),
    };
    bench
        .store
        .account_set_status(&bench.account, status)
        .await
        .unwrap();
    let again = bench.import("u", "u@example.org").await;
    assert_eq!(again.id, bench.account);
    assert_eq!(again.status, AccountStatus::Active);
    assert_eq!(again.discovered_at, Some(now()));
    assert_eq!(bench.store.account_list(None).await.unwrap(), [again]);
}

pub(crate) async fn an_address_in_other_letters_is_the_same_login(bench: Bench) {
    assert_eq!(bench.import("u", "U@Example.org").await.id, bench.account);
    bench.store.user_upsert(vec![user("v")]).await.unwrap();
    assert_ne!(bench.import("v", "u@example.org").await.id, bench.account);
}

pub(crate) async fn tokens_are_replaced_only_by_who_saw_the_last(bench: Bench) {
    let (_, _, revision) = stored(&bench, &bench.account).await;
    let save = |refresh: &str| {
        let tokens = tokens(refresh, Some("ya29"));
        bench
            .store
            .account_save_tokens(&bench.account, tokens, revision)
    };
    assert!(save("first").await.unwrap());
    assert!(!save("second").await.unwrap());
    let (refresh, access, next) = stored(&bench, &bench.account).await;
    assert_eq!(
        (refresh.as_str(), access.as_deref()),
        ("first", Some("ya29"))
    );
    assert!(next > revision);
}

pub(crate) async fn an_import_outdates_a_refresh_that_is_on_its_way(bench: Bench) {
    let (_, _, revision) = stored(&bench, &bench.account).await;
    bench.import("u", "u@example.org").await;
    let late = tokens("of the old grant", None);
    let saved = bench
        .store
        .account_save_tokens(&bench.account, late, revision);
    assert!(!saved.await.unwrap());
    assert_eq!(stored(&bench, &bench.account).await.0, "1//refresh");
}

pub(crate) async fn a_status_keeps_its_reason_and_time(bench: Bench) {
    let reason = "invalid_grant".to_owned();
    let statuses = [
        AccountStatus::NeedsReauth {
            reason: reason.clone(),
            at: now(),
        },
        AccountStatus::Disabled { reason, at: now() },
        AccountStatus::Active,
    ];
    for status in statuses {
        let set = bench
            .store
            .account_set_status(&bench.account, status.clone());
        set.await.unwrap();
        let listed = bench.store.account_list(None).await.unwrap();
        assert_eq!(listed[0].status, status);
    }
}

/// Refused by the provider so many minutes from now on.
fn refused(minutes: i64) -> AccountStatus {
    AccountStatus::NeedsReauth {
        reason: "invalid_grant".to_owned(),
        at: now() + chrono::TimeDelta::minutes(minutes),
    }
}

/// The ids of the accounts that nobody was told of.
async fn untold(bench: &Bench) -> Vec<AccountId> {
    let accounts = bench.store.account_untold().await.unwrap();
    accounts.into_iter().map(|account| account.id).collect()
}

/// Notes that somebody was told of a status; whether the account still has it.
async fn note_told(bench: &Bench, id: &AccountId, status: AccountStatus) -> bool {
    let noted = bench.store.account_note_told(id, &status, now());
    noted.await.unwrap()
}

pub(crate) async fn an_account_that_needs_attention_waits_to_be_told_of(bench: Bench) {
    let (store, first) = (&bench.store, &bench.account);
    assert!(untold(&bench).await.is_empty());
    let second = bench.import("u", "second@example.org").await.id;
    let third = bench.import("u", "third@example.org").await.id;
    for (id, minutes) in [(first, 2), (&second, 1)] {
        let set = store.account_set_status(id, refused(minutes));
        set.await.unwrap();
    }
    assert!(bench.retire(&third).await);
    let waiting = store.account_untold().await.unwrap();
    assert_eq!(waiting[1].status, refused(2));
    assert_eq!(untold(&bench).await, [second.clone(), first.clone()]);
    assert!(note_told(&bench, first, refused(2)).await);
    assert_eq!(untold(&bench).await, [second]);
}

pub(crate) async fn what_was_told_counts_only_for_the_status_that_was_told(bench: Bench) {
    let (store, id) = (&bench.store, &bench.account);
    let set = async |status| store.account_set_status(id, status).await.unwrap();
    let told = async |status| note_told(&bench, id, status).await;
    set(refused(1)).await;
    assert!(told(refused(1)).await);
    set(refused(2)).await;
    assert!(untold(&bench).await.is_empty(), "it is the same trouble");
    bench.import("u", "u@example.org").await;
    assert!(!told(refused(2)).await, "it was revived meanwhile");
    set(refused(3)).await;
    assert!(!told(refused(2)).await, "it failed again meanwhile");
    assert_eq!(untold(&bench).await, std::slice::from_ref(id));
    assert!(told(refused(3)).await);
    set(AccountStatus::Active).await;
    set(refused(4)).await;
    assert_eq!(untold(&bench).await, std::slice::from_ref(id));
    assert!(!note_told(&bench, &AccountId::new("a-0"), refused(4)).await);
}

pub(crate) async fn an_account_takes_everything_along(bench: Bench) {
    bench.changes(vec![event("a").upsert()]).await;
    bench.braked(Vec::new(), "c-1").await;
    assert!(bench.store.account_remove(&bench.account).await.unwrap());
    assert!(!bench.store.account_remove(&bench.account).await.unwrap());
    assert!(bench.store.account_list(None).await.unwrap().is_empty());
    assert!(bench.store.calendar_list(None).await.unwrap().is_empty());
    assert!(bench.store.conflict_list(false).await.unwrap().is_empty());
    assert!(bench.timeline().await.is_empty());
    assert_eq!(bench.store.user_list().await.unwrap().len(), 1);
}

pub(crate) async fn what_an_unknown_account_is_asked_for_is_refused(bench: Bench) {
    let nobody = AccountId::new("a-0");
    let refused = [
        bench
            .store
            .account_set_status(&nobody, AccountStatus::Active)
            .await
            .err(),
        bench
            .store
            .account_save_tokens(&nobody, tokens("r", None), 1)
            .await
            .err(),
        bench
            .store
            .calendar_discover(discovery(&nobody, Vec::new()))
            .await
            .err(),
    ];
    for error in refused {
        assert!(matches!(error, Some(StoreError::NoSuch(_))), "{error:?}");
    }
}
