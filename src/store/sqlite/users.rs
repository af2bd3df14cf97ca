//! Users and their preferences. The application may write both tables, so
//! what stands in them is read with forbearance: one odd row stops nobody.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};

use super::SqliteStore;
use super::convert::{Json, Word, moment, small, user_id};
use super::error::{Outcome, no_such};
use crate::model::id::UserId;
use crate::model::preferences::{Preferences, PreferencesChange};
use crate::model::time::Zone;
use crate::model::user::{User, WorkingHours};
use crate::store::{Result, Scheduled, Users};

#[async_trait]
impl Users for SqliteStore {
    async fn user_upsert(&self, users: Vec<User>) -> Result<()> {
        self.write(move |tx| users.iter().try_for_each(|user| upsert(tx, user)))
            .await
    }

    async fn user_list(&self) -> Result<Vec<User>> {
        self.read(|tx| {
            let mut rows = tx.prepare_cached("SELECT * FROM users ORDER BY id")?;
            let users = rows.query_map([], read)?;
            Ok(users.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn user_find(&self, id: &UserId) -> Result<Option<User>> {
        let id = id.clone();
        self.read(move |tx| {
            let mut rows = tx.prepare_cached("SELECT * FROM users WHERE id = ?1")?;
            Ok(rows.query_row([id], read).optional()?)
        })
        .await
    }

    async fn preferences_find(&self, user: &UserId) -> Result<Preferences> {
        let user = user.clone();
        self.read(move |tx| preferences_of(tx, user)).await
    }

    async fn preferences_change(
        &self,
        user: &UserId,
        change: PreferencesChange,
    ) -> Result<Preferences> {
        let user = user.clone();
        self.write(move |tx| {
            require(tx, &user)?;
            let preferences = change.onto(preferences_of(tx, user)?);
            save_preferences(tx, &preferences)?;
            Ok(preferences)
        })
        .await
    }

    async fn user_schedule(&self) -> Result<Vec<Scheduled>> {
        self.read(|tx| {
            let mut rows = tx.prepare_cached(SCHEDULE)?;
            let users = rows.query_map([], read_scheduled)?;
            Ok(users.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Every user with an account, with preferences (no `user_id` where none are
/// stored) and status.
const SCHEDULE: &str = "\
SELECT u.*, p.*, s.last_sync_at
FROM users u
LEFT JOIN calendar_preferences p ON p.user_id = u.id
LEFT JOIN calendar_sync_status s ON s.user_id = u.id
WHERE EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = u.id)
ORDER BY u.id";

/// Refuses a user that does not exist.
pub(super) fn require(connection: &Connection, user: &UserId) -> Outcome<()> {
    let mut rows = connection.prepare_cached("SELECT 1 FROM users WHERE id = ?1")?;
    if rows.exists([user])? {
        return Ok(());
    }
    Err(no_such(format!(
        "user {user} does not exist: import it with `calsync users import`"
    )))
}

/// Creates or replaces a user.
fn upsert(connection: &Connection, user: &User) -> Outcome<()> {
    let sql = "
        INSERT INTO users (id, email, timezone, working_hours) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (id) DO UPDATE SET email = excluded.email, timezone = excluded.timezone,
            working_hours = excluded.working_hours";
    connection.prepare_cached(sql)?.execute((
        &user.id,
        &user.email,
        user.timezone.name(),
        user.working_hours.map(Json),
    ))?;
    Ok(())
}

/// What a user prefers; the defaults where nothing is stored.
fn preferences_of(connection: &Connection, user: UserId) -> Outcome<Preferences> {
    let sql = "SELECT * FROM calendar_preferences WHERE user_id = ?1";
    let mut rows = connection.prepare_cached(sql)?;
    let found = rows.query_row([&user], read_preferences).optional()?;
    Ok(found.unwrap_or_else(|| Preferences::default_of(user)))
}

/// Creates or replaces preferences.
fn save_preferences(connection: &Connection, preferences: &Preferences) -> Outcome<()> {
    let sql = "INSERT OR REPLACE INTO calendar_preferences
        (user_id, auto_sync_enabled, sync_frequency_minutes, conflict_strategy,
         duplicate_strategy, write_enabled, past_days, future_days)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql)?.execute((
        &preferences.user_id,
        preferences.auto_sync_enabled,
        preferences.sync_frequency_minutes,
        Word(preferences.conflict_strategy),
        Word(preferences.duplicate_strategy),
        preferences.write_enabled,
        preferences.past_days,
        preferences.future_days,
    ))?;
    Ok(())
}

/// A row of `users`.
fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    let id = user_id(row, "id")?;
    Ok(User {
        email: row.get("email")?,
        timezone: zone(&id, &row.get::<_, String>("timezone")?),
        working_hours: hours(&id, row.get("working_hours")?),
        id,
    })
}

/// The zone of a user; UTC where the application wrote a name nobody knows.
fn zone(user: &UserId, name: &str) -> Zone {
    Zone::parse(name).unwrap_or_else(|_| {
        tracing::warn!(user.id = %user, zone = name, "unknown time zone, UTC is used instead");
        Zone::utc()
    })
}

/// The working hours of a user; always, where they cannot be understood.
fn hours(user: &UserId, json: Option<String>) -> Option<WorkingHours> {
    let parsed = serde_json::from_str(&json?);
    parsed.unwrap_or_else(|error| {
        tracing::warn!(user.id = %user, %error, "working hours cannot be read and do not count");
        None
    })
}

/// A row of `calendar_preferences`.
fn read_preferences(row: &Row<'_>) -> rusqlite::Result<Preferences> {
    let days = |column| row.get::<_, Option<u32>>(column);
    Ok(Preferences {
        user_id: user_id(row, "user_id")?,
        auto_sync_enabled: row.get("auto_sync_enabled")?,
        sync_frequency_minutes: small(row, "sync_frequency_minutes")?,
        conflict_strategy: row.get::<_, Word<_>>("conflict_strategy")?.0,
        duplicate_strategy: row.get::<_, Word<_>>("duplicate_strategy")?.0,
        write_enabled: row.get("write_enabled")?,
        past_days: days("past_days")?,
        future_days: days("future_days")?,
    })
}

/// A row of [`SCHEDULE`].
fn read_scheduled(row: &Row<'_>) -> rusqlite::Result<Scheduled> {
    let user = read(row)?;
    let stored: Option<String> = row.get("user_id")?;
    let preferences = match stored {
        Some(_) => read_preferences(row)?,
        None => Preferences::default_of(user.id.clone()),
    };
    Ok(Scheduled {
        user,
        preferences,
        last_sync_at: moment(row, "last_sync_at")?,
    })
}
