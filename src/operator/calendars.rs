//! `calsync calendars`.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde::Serialize;
use url::Url;

use super::output::{Output, moment, or_dash, yes};
use crate::context::Context;
use crate::engine::watch;
use crate::jobs::WrongArgument;
use crate::model::account::ProviderKind;
use crate::model::calendar::{Calendar, WatchSupport};
use crate::model::id::{AccountId, CalendarId, UserId};
use crate::model::watch::Watch;
use crate::provider::Signer;
use crate::sync::fingerprint;

/// List calendars and choose which are synced
#[derive(Debug, clap::Args)]
pub struct Calendars {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List calendars
    List {
        /// Only this user's
        #[arg(long, value_name = "ID")]
        user: Option<UserId>,
    },
    /// Sync a calendar
    Enable {
        /// The calendar
        id: String,
    },
    /// Do not sync a calendar and hide its part of the timeline
    Disable {
        /// The calendar
        id: String,
    },
    /// Write the user's new tasks to this calendar
    Primary {
        /// The calendar
        id: String,
    },
}

/// A calendar as listings show it.
#[derive(Serialize)]
struct Row {
    id: CalendarId,
    user_id: UserId,
    account_id: AccountId,
    provider: ProviderKind,
    name: String,
    timezone: Option<String>,
    access_role: &'static str,
    is_active: bool,
    is_primary_write: bool,
    is_listed: bool,
    last_pulled_at: Option<DateTime<Utc>>,
    failures: u32,
    next_attempt_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// Until when changes are told at once; none: they are found by pulling.
    watched_until: Option<DateTime<Utc>>,
    /// Why the provider refuses to tell of changes.
    unwatchable: Option<String>,
}

impl Row {
    fn of(calendar: Calendar, watches: &[Watch], callback: &str, now: DateTime<Utc>) -> Self {
        let live = watch::live(watches, callback, now).and_then(|watch| watch.grant.as_ref());
        let unwatchable = match calendar.watch_support {
            WatchSupport::Possible => None,
            WatchSupport::Refused { reason, .. } => Some(reason),
        };
        Self {
            watched_until: live.map(|grant| grant.until),
            unwatchable,
            access_role: calendar.access_role.as_str(),
            id: calendar.id,
            user_id: calendar.user_id,
            account_id: calendar.account_id,
            provider: calendar.provider,
            name: calendar.name,
            timezone: calendar.timezone,
            is_active: calendar.is_active,
            is_primary_write: calendar.is_primary_write,
            is_listed: calendar.is_listed,
            last_pulled_at: calendar.last_pulled_at,
            failures: calendar.backoff.failures,
            next_attempt_at: calendar.backoff.next_attempt_at,
            reason: calendar.backoff.reason,
        }
    }
}

#[derive(Serialize)]
struct Changed<'a> {
    id: &'a CalendarId,
    change: &'a str,
}

impl Calendars {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be used or the calendar does not exist.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        let store = cx.store().await?;
        let (id, found, change) = match &self.action {
            Action::List { user } => {
                let calendars = store.calendar_list(user.as_ref()).await?;
                let watches = store.watch_list(None).await?;
                let callbacks = cx.reachable()?;
                return list(out, rows(calendars, watches, callbacks.as_ref(), cx.now()));
            }
            Action::Enable { id } => {
                let id = CalendarId::new(id.as_str());
                let found = store.calendar_set_active(&id, true).await?;
                (id, found, "enabled")
            }
            Action::Disable { id } => {
                let id = CalendarId::new(id.as_str());
                let found = store.calendar_set_active(&id, false).await?;
                (id, found, "disabled")
            }
            Action::Primary { id } => return primary(cx, out, &CalendarId::new(id.as_str())).await,
        };
        changed(out, &id, found, change)
    }
}

fn changed(out: Output, id: &CalendarId, found: bool, change: &str) -> anyhow::Result<()> {
    if !found {
        return Err(unknown(id).into());
    }
    Ok(out.value(&Changed { id, change }, &format!("calendar {id} {change}"))?)
}

fn unknown(id: &CalendarId) -> WrongArgument {
    WrongArgument(format!(
        "calendar {id} does not exist; `calsync calendars list` shows those that do"
    ))
}

async fn primary(cx: &Context, out: Output, id: &CalendarId) -> anyhow::Result<()> {
    let store = cx.store().await?;
    let calendar = store.calendar_find(id).await?.ok_or_else(|| unknown(id))?;
    if !calendar.access_role.is_writable() {
        let role = calendar.access_role.as_str();
        let text = format!(
            "calendar {id} cannot be written (access role {role}); choose one of owner or writer"
        );
        return Err(WrongArgument(text).into());
    }
    if !calendar.is_connected {
        let text = format!(
            "calendar {id} belongs to account {}, which is put out of use; `calsync accounts list` \
             tells how to bring it back",
            calendar.account_id
        );
        return Err(WrongArgument(text).into());
    }
    let found = store.calendar_set_primary_write(id).await?;
    changed(out, id, found, "made primary")
}

fn rows(
    calendars: Vec<Calendar>,
    watches: Vec<Watch>,
    reachable: Option<&(Url, Signer)>,
    now: DateTime<Utc>,
) -> Vec<Row> {
    let mut watches = watch::by_calendar(watches);
    let row = |calendar: Calendar| {
        let watches = watches.remove(&calendar.id).unwrap_or_default();
        let callback = reachable.map(|(url, signer)| fingerprint(url, signer, calendar.provider));
        Row::of(calendar, &watches, &callback.unwrap_or_default(), now)
    };
    calendars.into_iter().map(row).collect()
}

fn list(out: Output, rows: Vec<Row>) -> anyhow::Result<()> {
    let header = [
        "ID",
        "USER",
        "PROVIDER",
        "NAME",
        "ROLE",
        "ACTIVE",
        "PRIMARY",
        "LAST PULLED",
        "WATCHED UNTIL",
        "TROUBLE",
    ];
    Ok(out.list(&header, &rows, |row| {
        let trouble = if row.is_listed {
            row.reason.clone()
        } else {
            Some("not listed".to_owned())
        };
        vec![
            row.id.to_string(),
            row.user_id.to_string(),
            row.provider.to_string(),
            row.name.clone(),
            row.access_role.to_owned(),
            yes(row.is_active),
            yes(row.is_primary_write),
            or_dash(row.last_pulled_at.map(moment)),
            match &row.unwatchable {
                Some(reason) => format!("unwatchable: {reason}"),
                None => or_dash(row.watched_until.map(moment)),
            },
            or_dash(trouble),
        ]
    })?)
}
