//! What becomes of accounts that are imported.

use futures_util::stream::{self, StreamExt};
use serde::Serialize;

use super::super::output::{Output, or_dash};
use crate::context::Context;
use crate::jobs::Incomplete;
use crate::model::account::{Account, NewAccount};
use crate::model::id::{AccountId, UserId};
use crate::sync::{Connected, Sync, count};

#[derive(Serialize)]
struct ImportedAccount {
    id: AccountId,
    user_id: UserId,
    /// How many calendars are new; none when they were not or could not be
    /// discovered.
    calendars: Option<u64>,
    /// How many events came.
    events: Option<u64>,
    /// How many of the calendars are watched from now on.
    watches: Option<u64>,
    /// What could not be done.
    error: Option<String>,
}

/// Stores accounts, visits them if asked to, and tells what became of each.
pub(super) async fn import_accounts(
    cx: &Context,
    out: Output,
    entries: Vec<NewAccount>,
    discover: bool,
) -> anyhow::Result<()> {
    // What is wrong with the configuration is said before anything is stored.
    let sync = if discover && !entries.is_empty() {
        for entry in &entries {
            cx.require_provider(entry.provider)?;
        }
        cx.callbacks()?;
        cx.stop_on_signals();
        Some(cx.sync(&uuid::Uuid::now_v7().to_string()).await?)
    } else {
        None
    };
    let accounts = cx.store().await?.account_upsert(entries).await?;
    let rows: Vec<_> = stream::iter(&accounts)
        .map(|account| imported(cx, sync.as_ref(), account))
        .buffered(cx.config.sync.concurrency)
        .collect()
        .await;
    if let Some(sync) = sync {
        sync.close().await;
    }
    let failed = rows.iter().filter(|row| row.error.is_some()).count();
    let header = ["ID", "USER", "NEW CALENDARS", "EVENTS", "WATCHES", "ERROR"];
    let number = |number: Option<u64>| or_dash(number.map(|number| number.to_string()));
    out.list(&header, &rows, |row| {
        vec![
            row.id.to_string(),
            row.user_id.to_string(),
            number(row.calendars),
            number(row.events),
            number(row.watches),
            or_dash(row.error.clone()),
        ]
    })?;
    Incomplete::check(
        failed,
        rows.len(),
        "accounts were imported, but not all of their calendars could be discovered, pulled and \
         watched; the next cycles of the jobs try again",
    )
}

/// What became of an account, which is visited if there is a sync to do it.
async fn imported(cx: &Context, sync: Option<&Sync>, account: &Account) -> ImportedAccount {
    let mut row = ImportedAccount {
        id: account.id.clone(),
        user_id: account.user_id.clone(),
        calendars: None,
        events: None,
        watches: None,
        error: None,
    };
    let Some(sync) = sync else {
        return row;
    };
    match connected(cx, sync, account).await {
        Ok(connected) => row.tell(&connected),
        Err(_) if cx.stop.is_cancelled() => row.error = Some("asked to stop".to_owned()),
        Err(error) => row.error = Some(format!("{error:#}")),
    }
    row
}

async fn connected(cx: &Context, sync: &Sync, account: &Account) -> anyhow::Result<Connected> {
    let preferences = cx.store().await?.preferences_find(&account.user_id).await?;
    Ok(sync.connect(account, &preferences).await?)
}

impl ImportedAccount {
    fn tell(&mut self, connected: &Connected) {
        let report = &connected.report;
        self.calendars = Some(connected.discovered.created);
        self.events = Some(report.count(count::EVENTS_CREATED));
        self.watches = Some(report.count(count::CREATED) + report.count(count::RENEWED));
        if report.failed > 0 {
            let failures = report
                .failures
                .iter()
                .map(|failure| failure.message.as_str());
            self.error = Some(failures.collect::<Vec<_>>().join("; "));
        }
    }
}
