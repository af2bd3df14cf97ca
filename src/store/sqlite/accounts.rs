//! Accounts: who they are and whether they can be used. Their tokens are in
//! `tokens.rs`, how a login finds its account in `logins.rs`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::convert::{Json, Milli, Word, moment, user_id};
use super::error::{Fault, Outcome, no_such};
use super::{logins, tokens};
use crate::model::account::{
    Account, AccountStatus, LoggedIn, Login, NewAccount, StoredTokens, Subject, Tokens,
};
use crate::model::id::{AccountId, UserId};
use crate::store::{Accounts, Result};

#[async_trait]
impl Accounts for SqliteStore {
    async fn account_upsert(&self, accounts: Vec<NewAccount>) -> Result<Vec<Account>> {
        let keys = self.keys.clone();
        self.write_durably(move |tx| {
            let upserted = accounts.iter().map(|new| logins::import(tx, &keys, new));
            upserted.collect()
        })
        .await
    }

    async fn account_connect(&self, login: Login) -> Result<LoggedIn> {
        let keys = self.keys.clone();
        self.write_durably(move |tx| logins::connect(tx, &keys, &login))
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

    async fn account_retire(&self, id: &AccountId, at: DateTime<Utc>) -> Result<bool> {
        let id = id.clone();
        self.write_durably(move |tx| {
            let sql = "SELECT 1 FROM accounts WHERE id = ?1 AND status = 'disabled'";
            let is_disabled = tx.prepare_cached(sql)?.exists([&id])?;
            Ok(is_disabled && retire(tx, &id, AccountStatus::REMOVED, at)?)
        })
        .await
    }

    async fn account_refused(
        &self,
        account: &Account,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let (id, grants) = (account.id.clone(), account.grants);
        let status = AccountStatus::NeedsReauth {
            reason: reason.to_owned(),
            at,
        };
        self.write(move |tx| {
            let sql = "SELECT 1 FROM accounts
                       WHERE id = ?1 AND grants = ?2 AND status <> 'disabled'";
            let is_that_one = tx.prepare_cached(sql)?.exists((&id, grants))?;
            if is_that_one {
                set_status(tx, &id, &status)?;
            }
            Ok(is_that_one)
        })
        .await
    }

    async fn account_set_status(&self, id: &AccountId, status: AccountStatus) -> Result<()> {
        let id = id.clone();
        self.write(move |tx| set_status(tx, &id, &status)).await
    }

    async fn account_set_subject(
        &self,
        id: &AccountId,
        subject: &str,
        at: DateTime<Utc>,
    ) -> Result<Subject> {
        let (keys, id, subject) = (self.keys.clone(), id.clone(), subject.to_owned());
        self.write_durably(move |tx| logins::set_subject(tx, &keys, &id, &subject, at))
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

    async fn account_untold(&self) -> Result<Vec<Account>> {
        self.read(|tx| {
            let sql = "SELECT * FROM accounts
                       WHERE status = 'needs_reauth' AND told_at IS NULL ORDER BY status_at";
            let mut rows = tx.prepare_cached(sql)?;
            let accounts = rows.query_map([], read)?;
            Ok(accounts.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn account_note_told(
        &self,
        id: &AccountId,
        told: &AccountStatus,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let (id, told) = (id.clone(), told.clone());
        self.write_durably(move |tx| note_told(tx, &id, &told, at))
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

/// One account.
pub(super) fn find(connection: &Connection, id: &AccountId) -> Outcome<Option<Account>> {
    let mut rows = connection.prepare_cached("SELECT * FROM accounts WHERE id = ?1")?;
    Ok(rows.query_row([id], read).optional()?)
}

/// Wipes the tokens of an account and disables it. Whoever refreshes them just
/// now saves nothing.
pub(super) fn retire(
    connection: &Connection,
    id: &AccountId,
    reason: &str,
    at: DateTime<Utc>,
) -> Outcome<bool> {
    let sql = "UPDATE accounts SET refresh_token = NULL, access_token = NULL,
                   access_expires_at = NULL, token_revision = token_revision + 1,
                   status = 'disabled', status_reason = ?2, status_at = ?3, told_at = NULL
               WHERE id = ?1";
    let mut update = connection.prepare_cached(sql)?;
    Ok(update.execute((id, reason, Milli(at)))? > 0)
}

/// Notes a status. What the matter is with an account is told once, also when
/// it is noted again.
fn set_status(connection: &Connection, id: &AccountId, status: &AccountStatus) -> Outcome<()> {
    let (reason, at) = reason_and_time(status);
    let sql = "UPDATE accounts SET status = ?2, status_reason = ?3, status_at = ?4,
                   told_at = CASE WHEN status = ?2 THEN told_at END
               WHERE id = ?1 AND NOT (status = 'disabled' AND ?2 = 'needs_reauth')";
    let mut update = connection.prepare_cached(sql)?;
    match update.execute((id, status.as_str(), reason, at))? {
        0 if find(connection, id)?.is_none() => Err(unknown(id)),
        _ => Ok(()),
    }
}

/// Notes that somebody was told of a status, unless it is another one by now.
fn note_told(
    connection: &Connection,
    id: &AccountId,
    told: &AccountStatus,
    at: DateTime<Utc>,
) -> Outcome<bool> {
    let (reason, since) = reason_and_time(told);
    let sql = "UPDATE accounts SET told_at = ?5
               WHERE id = ?1 AND status = ?2 AND status_reason IS ?3 AND status_at IS ?4";
    let row = (id, told.as_str(), reason, since, Milli(at));
    Ok(connection.prepare_cached(sql)?.execute(row)? > 0)
}

/// The columns of a status beside its name.
fn reason_and_time(status: &AccountStatus) -> (Option<&str>, Option<Milli>) {
    match status {
        AccountStatus::Active => (None, None),
        AccountStatus::NeedsReauth { reason, at } | AccountStatus::Disabled { reason, at } => {
            (Some(reason), Some(Milli(*at)))
        }
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
        grants: row.get("grants")?,
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
