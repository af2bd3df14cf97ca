//! The tokens of accounts, encrypted before they reach the database.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};
use secrecy::SecretString;

use super::accounts::unknown;
use super::convert::{Milli, count, moment};
use super::error::{Fault, Outcome};
use crate::model::account::{AccessToken, StoredTokens, Tokens};
use crate::model::id::AccountId;
use crate::store::StoreError;
use crate::store::keyring::{KeyError, KeyRing};

/// What a refresh token is encrypted for.
const REFRESH: &str = "refresh";
/// What an access token is encrypted for.
const ACCESS: &str = "access";

/// Tokens as they stand in the row of their account.
pub(super) struct SealedTokens {
    pub(super) refresh: String,
    pub(super) access: Option<String>,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// Encrypts tokens for an account.
pub(super) fn seal(keys: &KeyRing, id: &AccountId, tokens: &Tokens) -> Outcome<SealedTokens> {
    let seal = |secret: &SecretString, purpose| {
        keys.seal(secret, id, purpose)
            .map_err(|error| fault(error, id))
    };
    let access = tokens.access.as_ref();
    Ok(SealedTokens {
        refresh: seal(&tokens.refresh, REFRESH)?,
        access: access
            .map(|token| seal(&token.secret, ACCESS))
            .transpose()?,
        expires_at: access.map(|token| token.expires_at),
    })
}

/// The tokens of an account, if it has any.
pub(super) fn find(
    connection: &Connection,
    keys: &KeyRing,
    id: &AccountId,
) -> Outcome<Option<StoredTokens>> {
    let mut rows = connection.prepare_cached("SELECT * FROM accounts WHERE id = ?1")?;
    let found = rows.query_row([id], |row| Ok((read(row)?, row.get("token_revision")?)));
    let Some((Some(sealed), revision)) = found.optional()? else {
        return Ok(None);
    };
    let tokens = unseal(keys, id, &sealed)?;
    Ok(Some(StoredTokens { tokens, revision }))
}

/// Replaces tokens if nobody was faster.
pub(super) fn replace(
    connection: &Connection,
    id: &AccountId,
    sealed: &SealedTokens,
    revision: i64,
) -> Outcome<bool> {
    let mut known = connection.prepare_cached("SELECT 1 FROM accounts WHERE id = ?1")?;
    if !known.exists([id])? {
        return Err(unknown(id));
    }
    let sql = "UPDATE accounts SET refresh_token = ?2, access_token = ?3,
                   access_expires_at = ?4, token_revision = token_revision + 1
               WHERE id = ?1 AND token_revision = ?5";
    let expires_at = sealed.expires_at.map(Milli);
    let row = (id, &sealed.refresh, &sealed.access, expires_at, revision);
    Ok(connection.prepare_cached(sql)?.execute(row)? > 0)
}

/// Encrypts anew what the first key did not encrypt. The tokens stay what
/// they are, and so does their revision.
pub(super) fn rekey(connection: &Connection, keys: &KeyRing) -> Outcome<u64> {
    let mut rows = connection.prepare_cached("SELECT * FROM accounts ORDER BY id")?;
    let accounts = rows.query_map([], |row| Ok((row.get("id")?, read(row)?)))?;
    let accounts = accounts.collect::<Result<Vec<(AccountId, _)>, _>>()?;
    let mut done = 0;
    for (id, sealed) in accounts {
        let Some(sealed) = sealed else { continue };
        done += i64::from(rekey_account(connection, keys, &id, &sealed)?);
    }
    Ok(count(done))
}

/// Encrypts the tokens of one account anew if that is needed.
fn rekey_account(
    connection: &Connection,
    keys: &KeyRing,
    id: &AccountId,
    sealed: &SealedTokens,
) -> Outcome<bool> {
    let current = |text: &String| keys.is_current(text);
    if current(&sealed.refresh) && sealed.access.iter().all(current) {
        return Ok(false);
    }
    let renewed = seal(keys, id, &unseal(keys, id, sealed)?)?;
    let sql = "UPDATE accounts SET refresh_token = ?2, access_token = ?3 WHERE id = ?1";
    connection
        .prepare_cached(sql)?
        .execute((id, &renewed.refresh, &renewed.access))?;
    Ok(true)
}

/// Decrypts tokens of an account. An access token without an end is none.
fn unseal(keys: &KeyRing, id: &AccountId, sealed: &SealedTokens) -> Outcome<Tokens> {
    let open = |text: &str, purpose| {
        keys.open(text, id, purpose)
            .map_err(|error| fault(error, id))
    };
    let access = match sealed.access.as_ref().zip(sealed.expires_at) {
        Some((text, expires_at)) => Some(AccessToken {
            secret: open(text, ACCESS)?,
            expires_at,
        }),
        None => None,
    };
    Ok(Tokens {
        access,
        refresh: open(&sealed.refresh, REFRESH)?,
    })
}

/// The token columns of an account; one that was removed has none.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<SealedTokens>> {
    let Some(refresh) = row.get("refresh_token")? else {
        return Ok(None);
    };
    Ok(Some(SealedTokens {
        refresh,
        access: row.get("access_token")?,
        expires_at: moment(row, "access_expires_at")?,
    }))
}

/// What a key error means for an account.
fn fault(error: KeyError, id: &AccountId) -> Fault {
    match error {
        KeyError::NoKey => Fault::Store(StoreError::NoKey {
            account: id.clone(),
        }),
        KeyError::Forged => Fault::Damaged(format!(
            "the tokens of account {id} cannot be decrypted ({error}): connect the account again"
        )),
    }
}
