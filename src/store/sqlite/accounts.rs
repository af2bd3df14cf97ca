//! Accounts: who they are and whether they can be used. Their tokens are in
//! `tokens.rs`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::convert::{Json, Milli, Word, moment, user_id};
use super::error::{Fault, Outcome, no_such};
use super::{tokens, users};
use crate::model::account::{Account, AccountStatus, Login, NewAccount, StoredTokens, Tokens};
use crate::model::id::{AccountId, UserId};
use crate::store::{Accounts, KeyRing, Result};

#[async_trait]
impl Accounts for SqliteStore {
    async fn account_upsert(&self, accounts: Vec<NewAccount>) -> Result<Vec<Account>> {
        let keys = self.keys.clone();
        self.write_durably(move |tx| {
            let upserted = accounts.iter().map(|new| upsert(tx, &keys, new));
            upserted.collect()
        })
        .await
    }

    async fn account_connect(&self, login: Login) -> Result<(Account, bool)> {
        let keys = self.keys.clone();
        self.write_durably(move |tx| {
            let sql =
                "SELECT id FROM accounts WHERE user_id = ?1 AND provider = ?2 AND subject = ?3";
            let key = (&login.user_id, Word(login.provider), &login.subject);
            let known: Option<AccountId> = tx.query_row(sql, key, |row| row.get(0)).optional()?;
            let new = NewAccount {
                user_id: login.user_id,
                provider: login.provider,
                email: login.email,
                scopes: login.scopes,
                tokens: login.tokens,
            };
            let known = known.is_some() || find_login(tx, &new)?.is_some();
            let account = upsert(tx, &keys, &new)?;
            tx.execute(
                "UPDATE accounts SET subject = ?2 WHERE id = ?1",
                (&account.id, &login.subject),
            )?;
            Ok((account, !known))
        })
        .await
    }

    async fn account_list(&self, user: Option<&UserId>) -> Result<Vec<Account>> {
        let user = user.cloned();
        self.read(move |tx| {
            let sql = "SELECT * FROM accounts WHERE ?1 IS NULL OR user_id = ?1 ORDER BY id";
            let mut rows = tx.prepare_cached(sql)?;
            let accounts = rows.query_map([user], read)?;
            Ok(accounts.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn account_remove(&self, id: &AccountId) -> Result<bool> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "DELETE FROM accounts WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.execute([id])? > 0)
        })
        .await
    }

    async fn account_set_status(&self, id: &AccountId, status: AccountStatus) -> Result<()> {
        let id = id.clone();
        self.write(move |tx| set_status(tx, &id, &status)).await
    }

    async fn account_set_subject(&self, id: &AccountId, subject: &str) -> Result<()> {
        let (id, subject) = (id.clone(), subject.to_owned());
        self.write(move |tx| {
            let sql = "UPDATE accounts SET subject = ?2 WHERE id = ?1";
            match tx.prepare_cached(sql)?.execute((&id, subject))? {
                0 => Err(unknown(&id)),
                _ => Ok(()),
            }
        })
        .await
    }

    async fn account_rest(&self, id: &AccountId, until: DateTime<Utc>) -> Result<()> {
        let id = id.clone();
        self.write(move |tx| {
            let sql = "UPDATE accounts SET rest_until = ?2 WHERE id = ?1";
            match tx.prepare_cached(sql)?.execute((&id, Milli(until)))? {
                0 => Err(unknown(&id)),
                _ => Ok(()),
            }
        })
        .await
    }

    async fn account_tokens(&self, id: &AccountId) -> Result<Option<StoredTokens>> {
        let (keys, id) = (self.keys.clone(), id.clone());
        self.read(move |tx| tokens::find(tx, &keys, &id)).await
    }

    async fn account_save_tokens(
        &self,
        id: &AccountId,
        tokens: Tokens,
        revision: i64,
    ) -> Result<bool> {
        let (keys, id) = (self.keys.clone(), id.clone());
        self.write_durably(move |tx| {
            let sealed = tokens::seal(&keys, &id, &tokens)?;
            tokens::replace(tx, &id, &sealed, revision)
        })
        .await
    }

    async fn account_rekey(&self) -> Result<u64> {
        let keys = self.keys.clone();
        self.write_durably(move |tx| tokens::rekey(tx, &keys)).await
    }
}

/// A fault for an account that is not there.
pub(super) fn unknown(id: &AccountId) -> Fault {
    no_such(format!(
        "account {id} does not exist: `calsync accounts list` shows those that do"
    ))
}

/// Creates an account or revives the one with the same login.
fn upsert(connection: &Connection, keys: &KeyRing, new: &NewAccount) -> Outcome<Account> {
    users::require(connection, &new.user_id)?;
    let known = find_login(connection, new)?;
    let id = known.unwrap_or_else(AccountId::generate);
    let sealed = tokens::seal(keys, &id, &new.tokens)?;
    connection.prepare_cached(UPSERT)?.execute((
        &id,
        &new.user_id,
        Word(new.provider),
        &new.email,
        Json(&new.scopes),
        &sealed.refresh,
        &sealed.access,
        sealed.expires_at.map(Milli),
    ))?;
    let mut rows = connection.prepare_cached("SELECT * FROM accounts WHERE id = ?1")?;
    Ok(rows.query_row([id], read)?)
}

/// A login that was there becomes usable again; its tokens count as replaced,
/// so that nobody saves older ones over them.
const UPSERT: &str = "\
INSERT INTO accounts
    (id, user_id, provider, email, scopes, refresh_token, access_token, access_expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO UPDATE SET
    email = excluded.email, scopes = excluded.scopes,
    refresh_token = excluded.refresh_token, access_token = excluded.access_token,
    access_expires_at = excluded.access_expires_at, token_revision = token_revision + 1,
    status = 'active', status_reason = NULL, status_at = NULL, rest_until = NULL";

/// The account of a login; addresses are compared without regard to case.
fn find_login(connection: &Connection, new: &NewAccount) -> Outcome<Option<AccountId>> {
    let sql = "SELECT id FROM accounts WHERE user_id = ?1 AND provider = ?2 AND email = ?3";
    let mut rows = connection.prepare_cached(sql)?;
    let key = (&new.user_id, Word(new.provider), &new.email);
    Ok(rows.query_row(key, |row| row.get(0)).optional()?)
}

/// Notes a status.
fn set_status(connection: &Connection, id: &AccountId, status: &AccountStatus) -> Outcome<()> {
    let (reason, at) = match status {
        AccountStatus::Active => (None, None),
        AccountStatus::NeedsReauth { reason, at } | AccountStatus::Disabled { reason, at } => {
            (Some(reason), Some(Milli(*at)))
        }
    };
    let sql = "UPDATE accounts SET status = ?2, status_reason = ?3, status_at = ?4 WHERE id = ?1";
    let mut update = connection.prepare_cached(sql)?;
    match update.execute((id, status.as_str(), reason, at))? {
        0 => Err(unknown(id)),
        _ => Ok(()),
    }
}

/// A row of `accounts`.
fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: row.get("id")?,
        user_id: user_id(row, "user_id")?,
        provider: row.get::<_, Word<_>>("provider")?.0,
        subject: row.get("subject")?,
        email: row.get("email")?,
        scopes: row.get::<_, Json<_>>("scopes")?.0,
        status: read_status(row)?,
        rest_until: moment(row, "rest_until")?,
        discovered_at: moment(row, "discovered_at")?,
    })
}

/// The status columns of an account.
fn read_status(row: &Row<'_>) -> rusqlite::Result<AccountStatus> {
    let status: String = row.get("status")?;
    let reason = row
        .get::<_, Option<String>>("status_reason")?
        .unwrap_or_default();
    let at = moment(row, "status_at")?.unwrap_or_default();
    Ok(match status.as_str() {
        "needs_reauth" => AccountStatus::NeedsReauth { reason, at },
        "disabled" => AccountStatus::Disabled { reason, at },
        _ => AccountStatus::Active,
    })
}
