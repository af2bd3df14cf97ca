//! Logins and the accounts that they are.

use calsync::model::account::{Account, AccountStatus, LoggedIn, Login, ProviderKind, Subject};
use calsync::model::id::AccountId;
use calsync::store::StoreError;
use secrecy::ExposeSecret;

use super::bench::{Bench, now};
use super::build::{Build, event, login, user, user_id};

/// A consent of a user as this subject, who has this address.
fn consent(user: &str, subject: &str, email: &str) -> Login {
    let new = login(user, email, &format!("1//{subject}"));
    Login {
        user_id: user_id(user),
        provider: ProviderKind::Google,
        subject: subject.to_owned(),
        email: email.to_owned(),
        scopes: vec!["calendar".to_owned(), "more".to_owned()],
        tokens: new.tokens,
    }
}

async fn connect(bench: &Bench, user: &str, subject: &str, email: &str) -> LoggedIn {
    let connected = bench.store.account_connect(consent(user, subject, email));
    connected.await.unwrap()
}

async fn refresh_token(bench: &Bench, id: &AccountId) -> Option<String> {
    let stored = bench.store.account_tokens(id).await.unwrap();
    stored.map(|stored| stored.tokens.refresh.expose_secret().to_owned())
}

async fn account(bench: &Bench, id: &AccountId) -> Account {
    let mut accounts = bench.store.account_list(None).await.unwrap();
    accounts.retain(|account| account.id == *id);
    accounts.remove(0)
}

fn refused() -> AccountStatus {
    let reason = "invalid_grant".to_owned();
    AccountStatus::NeedsReauth { reason, at: now() }
}

pub(crate) async fn a_login_revives_the_account_of_its_subject(bench: Bench) {
    let first = connect(&bench, "u", "s-1", "one@example.org").await;
    assert!(first.is_new);
    let id = &first.account.id;
    let before = bench.store.account_tokens(id).await.unwrap().unwrap();
    let store = &bench.store;
    store.account_set_status(id, refused()).await.unwrap();
    store.account_rest(id, now()).await.unwrap();
    let again = connect(&bench, "u", "s-1", "other@example.org").await;
    let expected = Account {
        email: "other@example.org".to_owned(),
        grants: 2,
        ..first.account.clone()
    };
    assert_eq!((again.is_new, &again.account), (false, &expected));
    let after = store.account_tokens(id).await.unwrap().unwrap();
    assert!(after.revision > before.revision);
}

pub(crate) async fn a_login_adopts_the_account_whose_subject_is_not_known(bench: Bench) {
    let adopted = connect(&bench, "u", "s-1", "U@example.org").await;
    assert!(!adopted.is_new);
    assert_eq!(adopted.account.id, bench.account);
    assert_eq!(adopted.account.subject.as_deref(), Some("s-1"));
    assert_eq!(adopted.account.discovered_at, None);
    let token = refresh_token(&bench, &bench.account).await;
    assert_eq!(token.as_deref(), Some("1//s-1"));
    assert_eq!(bench.store.calendar_list(None).await.unwrap().len(), 1);
}

pub(crate) async fn an_address_that_was_given_to_somebody_else_is_another_account(bench: Bench) {
    let first = connect(&bench, "u", "s-1", "u@example.org").await.account;
    let second = connect(&bench, "u", "s-2", "u@example.org").await;
    assert!(second.is_new);
    assert_eq!(account(&bench, &first.id).await, first);
}

pub(crate) async fn the_same_subject_of_another_user_stays_as_it_is(bench: Bench) {
    bench.store.user_upsert(vec![user("v")]).await.unwrap();
    let first = connect(&bench, "u", "s-1", "u@example.org").await.account;
    let theirs = connect(&bench, "v", "s-1", "u@example.org").await;
    assert!(theirs.is_new);
    assert_eq!(account(&bench, &first.id).await, first);
    let nobody = consent("nobody", "s-1", "u@example.org");
    let error = bench.store.account_connect(nobody).await.unwrap_err();
    assert!(matches!(error, StoreError::NoSuch(_)), "{error}");
}

pub(crate) async fn an_import_takes_the_account_without_subject_then_a_usable_one(bench: Bench) {
    let email = "x@example.org";
    let old = connect(&bench, "u", "s-1", email).await.account.id;
    let new = connect(&bench, "u", "s-2", email).await.account.id;
    assert_eq!(bench.import("u", email).await.id, new, "the newest");
    assert!(bench.retire(&new).await);
    assert_eq!(bench.import("u", email).await.id, old, "the usable one");
    assert!(bench.retire(&old).await);
    let revived = bench.import("u", email).await;
    assert_eq!(revived.id, new);
    assert_eq!(revived.subject.as_deref(), Some("s-2"));
    assert_eq!(revived.status, AccountStatus::Active);
    assert_eq!(bench.import("u", "u@example.org").await.id, bench.account);
}

pub(crate) async fn of_two_accounts_of_a_login_the_one_with_the_subject_goes_on(bench: Bench) {
    bench.changes(vec![event("a").upsert()]).await;
    let known = connect(&bench, "u", "s-1", "old@example.org")
        .await
        .account
        .id;
    let store = &bench.store;
    store.account_set_status(&known, refused()).await.unwrap();
    let learnt = store.account_set_subject(&bench.account, "s-1", now());
    assert_eq!(learnt.await.unwrap(), Subject::Taken(known.clone()));
    let on = account(&bench, &known).await;
    assert_eq!(
        (on.status, on.email.as_str()),
        (AccountStatus::Active, "u@example.org")
    );
    let token = refresh_token(&bench, &known).await;
    assert_eq!(token.as_deref(), Some("1//refresh"));
    let off = account(&bench, &bench.account).await;
    let reason = format!("same_login_as {known}");
    assert_eq!(off.status, AccountStatus::Disabled { reason, at: now() });
    assert_eq!(refresh_token(&bench, &bench.account).await, None);
    assert_eq!(store.calendar_list(None).await.unwrap().len(), 1);
    assert!(bench.timeline().await.is_empty());
    let noted = store.account_set_subject(&known, "s-1", now()).await;
    assert_eq!(noted.unwrap(), Subject::Noted);
}

pub(crate) async fn what_works_is_not_replaced_by_an_import_of_the_same_login(bench: Bench) {
    let known = connect(&bench, "u", "s-1", "old@example.org")
        .await
        .account
        .id;
    let before = refresh_token(&bench, &known).await;
    let learnt = bench
        .store
        .account_set_subject(&bench.account, "s-1", now());
    assert_eq!(learnt.await.unwrap(), Subject::Taken(known.clone()));
    assert_eq!(refresh_token(&bench, &known).await, before);
}

pub(crate) async fn what_was_found_out_of_an_older_consent_blames_no_newer_one(bench: Bench) {
    let read = account(&bench, &bench.account).await;
    let refused = async |read: &Account| {
        let refused = bench.store.account_refused(read, "invalid_grant", now());
        refused.await.unwrap()
    };
    let again = bench.import("u", "u@example.org").await;
    assert!(!refused(&read).await);
    assert_eq!(
        account(&bench, &again.id).await.status,
        AccountStatus::Active
    );
    assert!(refused(&again).await);
    let status = account(&bench, &again.id).await.status;
    assert_eq!(status.as_str(), "needs_reauth");
    assert!(bench.retire(&again.id).await);
    let removed = account(&bench, &again.id).await;
    assert!(!refused(&removed).await, "it stays removed");
}

pub(crate) async fn a_retired_account_keeps_all_but_its_tokens_until_it_is_back(bench: Bench) {
    bench.changes(vec![event("a").upsert()]).await;
    let shown = bench.timeline().await;
    let stored = bench.store.account_tokens(&bench.account).await.unwrap();
    let revision = stored.unwrap().revision;
    let store = &bench.store;
    let in_use = store.account_retire(&bench.account, now());
    assert!(!in_use.await.unwrap(), "somebody connected it meanwhile");
    assert!(bench.retire(&bench.account).await);
    let nobody = AccountId::new("a-0");
    assert!(!store.account_retire(&nobody, now()).await.unwrap());
    assert!(bench.timeline().await.is_empty());
    assert_eq!(refresh_token(&bench, &bench.account).await, None);
    assert_eq!(store.account_rekey().await.unwrap(), 0);
    let late = login("u", "u@example.org", "late").tokens;
    let saved = store.account_save_tokens(&bench.account, late, revision);
    assert!(!saved.await.unwrap());
    store
        .account_set_status(&bench.account, refused())
        .await
        .unwrap();
    let reason = AccountStatus::REMOVED.to_owned();
    let removed = AccountStatus::Disabled { reason, at: now() };
    assert_eq!(account(&bench, &bench.account).await.status, removed);
    let back = bench.import("u", "u@example.org").await;
    assert_eq!((back.id, back.discovered_at), (bench.account.clone(), None));
    assert_eq!(bench.timeline().await, shown);
}
