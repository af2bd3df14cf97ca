//! Taking over a complete reading of an account's calendars.

use rusqlite::{Connection, OptionalExtension};

use super::accounts::unknown;
use super::calendars::set_primary_write;
use super::convert::{Json, Milli, Word, count, user_id};
use super::error::Outcome;
use crate::model::account::ProviderKind;
use crate::model::calendar::{AccessRole, Discovered, DiscoveredCalendar, Discovery};
use crate::model::id::{AccountId, CalendarId, UserId};

/// What all calendars of a discovery share.
struct Owner<'a> {
    account: &'a AccountId,
    user: UserId,
    provider: ProviderKind,
}

/// Creates, updates and marks the calendars of an account.
pub(super) fn take_over(connection: &Connection, discovery: &Discovery) -> Outcome<Discovered> {
    let owner = owner(connection, &discovery.account_id)?;
    let gone = mark_missing(connection, discovery)?;
    let mut created = 0;
    for calendar in &discovery.calendars {
        created += create(connection, &owner, calendar)?;
        update(connection, &owner, calendar)?;
    }
    choose_primary_write(connection, &owner, &discovery.calendars)?;
    let sql = "UPDATE accounts SET discovered_at = ?2 WHERE id = ?1";
    connection
        .prepare_cached(sql)?
        .execute((owner.account, Milli(discovery.at)))?;
    Ok(Discovered { created, gone })
}

/// Whose calendars they are.
fn owner<'a>(connection: &Connection, account: &'a AccountId) -> Outcome<Owner<'a>> {
    let mut rows = connection.prepare_cached("SELECT * FROM accounts WHERE id = ?1")?;
    let found = rows.query_row([account], |row| {
        Ok(Owner {
            account,
            user: user_id(row, "user_id")?,
            provider: row.get::<_, Word<_>>("provider")?.0,
        })
    });
    found.optional()?.ok_or_else(|| unknown(account))
}

/// Marks the calendars that are no longer listed; how many there are.
fn mark_missing(connection: &Connection, discovery: &Discovery) -> Outcome<u64> {
    let listed: Vec<_> = discovery
        .calendars
        .iter()
        .map(|calendar| &calendar.external_id)
        .collect();
    let sql = "UPDATE calendars SET is_listed = 0
        WHERE account_id = ?1 AND is_listed = 1
          AND external_id NOT IN (SELECT value FROM json_each(?2))";
    let mut update = connection.prepare_cached(sql)?;
    let gone = update.execute((&discovery.account_id, Json(listed)))?;
    Ok(count(gone))
}

/// Creates a calendar if it is new: active if its events can be read.
fn create(connection: &Connection, owner: &Owner<'_>, new: &DiscoveredCalendar) -> Outcome<u64> {
    let sql = "INSERT INTO calendars
            (id, account_id, user_id, provider, external_id, name, timezone, access_role,
             is_primary, is_active)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (account_id, external_id) DO NOTHING";
    let created = connection.prepare_cached(sql)?.execute((
        CalendarId::generate(),
        owner.account,
        &owner.user,
        Word(owner.provider),
        &new.external_id,
        &new.name,
        &new.timezone,
        new.access_role.as_str(),
        new.is_primary,
        new.access_role != AccessRole::None,
    ))?;
    Ok(count(created))
}

/// Takes over what the provider says of a known calendar, if it changed.
/// Whether it is synced is not the provider's to say.
fn update(connection: &Connection, owner: &Owner<'_>, known: &DiscoveredCalendar) -> Outcome<()> {
    let sql = "UPDATE calendars
        SET name = ?3, timezone = ?4, access_role = ?5, is_primary = ?6, is_listed = 1
        WHERE account_id = ?1 AND external_id = ?2
          AND (name, timezone, access_role, is_primary, is_listed)
              IS NOT (?3, ?4, ?5, ?6, 1)";
    connection.prepare_cached(sql)?.execute((
        owner.account,
        &known.external_id,
        &known.name,
        &known.timezone,
        known.access_role.as_str(),
        known.is_primary,
    ))?;
    Ok(())
}

/// Gives a user who has none a calendar to write to: the first main calendar
/// of the reading that can be written and is synced. One of an account that was
/// put out of use is none.
fn choose_primary_write(
    connection: &Connection,
    owner: &Owner<'_>,
    listed: &[DiscoveredCalendar],
) -> Outcome<()> {
    let sql = "SELECT 1 FROM calendars c JOIN accounts a ON a.id = c.account_id
               WHERE c.user_id = ?1 AND c.is_primary_write = 1 AND a.status <> 'disabled'";
    if connection.prepare_cached(sql)?.exists([&owner.user])? {
        return Ok(());
    }
    let writable = |role| matches!(role, AccessRole::Owner | AccessRole::Writer);
    let main = listed
        .iter()
        .filter(|calendar| calendar.is_primary && writable(calendar.access_role));
    let sql = "SELECT c.id FROM calendars c JOIN accounts a ON a.id = c.account_id
               WHERE c.account_id = ?1 AND c.external_id = ?2 AND c.is_active = 1
                 AND a.status <> 'disabled'";
    let mut rows = connection.prepare_cached(sql)?;
    for calendar in main {
        let key = (owner.account, &calendar.external_id);
        let id: Option<CalendarId> = rows.query_row(key, |row| row.get(0)).optional()?;
        if let Some(id) = id {
            set_primary_write(connection, &id)?;
            break;
        }
    }
    Ok(())
}
