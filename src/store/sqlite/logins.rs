//! Which account a login is, and what becomes of it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::accounts::{find, retire, unknown};
use super::convert::{Json, Milli, Word};
use super::error::Outcome;
use super::{tokens, users};
use crate::model::account::{
    Account, AccountStatus, LoggedIn, Login, NewAccount, ProviderKind, Subject, Tokens,
};
use crate::model::id::{AccountId, UserId};
use crate::store::KeyRing;

/// Creates the account of an import, or revives it.
pub(super) fn import(
    connection: &Connection,
    keys: &KeyRing,
    new: &NewAccount,
) -> Outcome<Account> {
    users::require(connection, &new.user_id)?;
    let known = by_address(connection, &new.user_id, new.provider, &new.email)?;
    let grant = Grant {
        user: &new.user_id,
        provider: new.provider,
        subject: None,
        email: &new.email,
        scopes: &new.scopes,
        tokens: &new.tokens,
    };
    let id = known.map_or_else(AccountId::generate, |(id, _)| id);
    grant.store(connection, keys, id)
}

/// Revives the account of a login, gives it to the one that waits for its
/// subject, or creates one.
pub(super) fn connect(connection: &Connection, keys: &KeyRing, login: &Login) -> Outcome<LoggedIn> {
    let (user, provider) = (&login.user_id, login.provider);
    users::require(connection, user)?;
    let mut known = by_subject(connection, user, provider, &login.subject)?;
    if known.is_none() {
        let adopted = by_address(connection, user, provider, &login.email)?;
        known = adopted.and_then(|(id, has_subject)| (!has_subject).then_some(id));
    }
    let is_new = known.is_none();
    let id = known.unwrap_or_else(AccountId::generate);
    let grant = Grant {
        user,
        provider,
        subject: Some(&login.subject),
        email: &login.email,
        scopes: &login.scopes,
        tokens: &login.tokens,
    };
    grant.store(connection, keys, id.clone())?;
    let sql = "UPDATE accounts SET discovered_at = NULL WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([&id])?;
    let account = find(connection, &id)?.ok_or_else(|| unknown(&id))?;
    Ok(LoggedIn { account, is_new })
}

/// Notes a subject, unless another account of the user has it. Two accounts of
/// one login would show everything twice, and a revoked grant is revoked for
/// both: the one that has the subject goes on, with these tokens if its own do
/// not work.
pub(super) fn set_subject(
    connection: &Connection,
    keys: &KeyRing,
    id: &AccountId,
    subject: &str,
    at: DateTime<Utc>,
) -> Outcome<Subject> {
    let account = find(connection, id)?.ok_or_else(|| unknown(id))?;
    let (user, provider) = (&account.user_id, account.provider);
    let other = by_subject(connection, user, provider, subject)?;
    let Some(other) = other.filter(|other| other != id) else {
        let sql = "UPDATE accounts SET subject = ?2 WHERE id = ?1";
        connection.prepare_cached(sql)?.execute((id, subject))?;
        return Ok(Subject::Noted);
    };
    let goes_on = find(connection, &other)?.ok_or_else(|| unknown(&other))?;
    let stored = tokens::find(connection, keys, id)?;
    // What works already may be the newer consent.
    let stored = stored.filter(|_| goes_on.status != AccountStatus::Active);
    if let Some(stored) = stored {
        let grant = Grant {
            user,
            provider,
            subject: Some(subject),
            email: &account.email,
            scopes: &account.scopes,
            tokens: &stored.tokens,
        };
        grant.store(connection, keys, other.clone())?;
    }
    retire(connection, id, &format!("same_login_as {other}"), at)?;
    Ok(Subject::Taken(other))
}

/// The account of a login.
fn by_subject(
    connection: &Connection,
    user: &UserId,
    provider: ProviderKind,
    subject: &str,
) -> Outcome<Option<AccountId>> {
    let sql = "SELECT id FROM accounts WHERE user_id = ?1 AND provider = ?2 AND subject = ?3";
    let mut rows = connection.prepare_cached(sql)?;
    let key = (user, Word(provider), subject);
    Ok(rows.query_row(key, |row| row.get(0)).optional()?)
}

/// The account that an address means, and whether it has a subject; addresses
/// are compared without regard to case.
fn by_address(
    connection: &Connection,
    user: &UserId,
    provider: ProviderKind,
    email: &str,
) -> Outcome<Option<(AccountId, bool)>> {
    let sql = "SELECT id, subject IS NOT NULL FROM accounts
               WHERE user_id = ?1 AND provider = ?2 AND email = ?3
               ORDER BY subject IS NULL DESC, status = 'active' DESC, rowid DESC LIMIT 1";
    let mut rows = connection.prepare_cached(sql)?;
    let key = (user, Word(provider), email);
    let found = rows.query_row(key, |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}

/// What a login allows us from now on.
struct Grant<'a> {
    user: &'a UserId,
    provider: ProviderKind,
    subject: Option<&'a str>,
    email: &'a str,
    scopes: &'a [String],
    tokens: &'a Tokens,
}

/// An account that was there becomes usable again; its tokens count as
/// replaced, so that nobody saves older ones over them. One that was put out of
/// use has its calendars discovered anew.
const STORE: &str = "\
INSERT INTO accounts (id, user_id, provider, subject, email, scopes, refresh_token, access_token,
    access_expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (id) DO UPDATE SET
    subject = coalesce(excluded.subject, subject), email = excluded.email,
    scopes = excluded.scopes, refresh_token = excluded.refresh_token,
    access_token = excluded.access_token, access_expires_at = excluded.access_expires_at,
    token_revision = token_revision + 1, grants = grants + 1, status = 'active', status_reason = NULL,
    status_at = NULL, told_at = NULL, rest_until = NULL,
    discovered_at = CASE WHEN status <> 'disabled' THEN discovered_at END";

impl Grant<'_> {
    /// Gives an account what was allowed.
    fn store(&self, connection: &Connection, keys: &KeyRing, id: AccountId) -> Outcome<Account> {
        let sealed = tokens::seal(keys, &id, self.tokens)?;
        connection.prepare_cached(STORE)?.execute(params![
            id,
            self.user,
            Word(self.provider),
            self.subject,
            self.email,
            Json(self.scopes),
            sealed.refresh,
            sealed.access,
            sealed.expires_at.map(Milli),
        ])?;
        find(connection, &id)?.ok_or_else(|| unknown(&id))
    }
}
