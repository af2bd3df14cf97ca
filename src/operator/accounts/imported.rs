//! What becomes of accounts that are imported.

use futures_util::stream::{self, StreamExt};
use serde::Serialize;

use super::super::output::{Output, or_dash};
use crate::context::Context;
use crate::jobs::{Incomplete, with_heartbeat};
use crate::model::account::{Account, NewAccount};
use crate::model::id::{AccountId, UserId};
use crate::operator::visit::Visit;
use crate::sync::{Connected, Sync};

#[derive(Serialize)]
struct ImportedAccount {
    id: AccountId,
    user_id: UserId,
    #[serde(flatten)]
    visit: Visit,
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
        let callbacks = cx.callbacks().await?;
        cx.stop_on_signals();
        let owner = uuid::Uuid::now_v7().to_string();
        Some((cx.watching_sync(&owner, callbacks).await?, owner))
    } else {
        None
    };
    let accounts = cx.store().await?.account_upsert(entries).await?;
    let visits = stream::iter(&accounts)
        .map(|account| imported(cx, sync.as_ref().map(|(sync, _)| sync), account))
        .buffered(cx.config.sync.concurrency)
        .collect::<Vec<_>>();
    let rows = match &sync {
        Some((sync, owner)) => {
            let rows = with_heartbeat(cx, owner, visits).await;
            sync.close().await;
            rows
        }
        None => visits.await,
    };
    let failed = rows.iter().filter(|row| row.visit.error.is_some()).count();
    let header = ["ID", "USER", "NEW CALENDARS", "EVENTS", "WATCHES", "ERROR"];
    let number = |number: Option<u64>| or_dash(number.map(|number| number.to_string()));
    out.list(&header, &rows, |row| {
        vec![
            row.id.to_string(),
            row.user_id.to_string(),
            number(row.visit.calendars),
            number(row.visit.events),
            number(row.visit.watches),
            or_dash(row.visit.error.clone()),
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
    let visit = match sync {
        Some(sync) => visited(cx, sync, account).await,
        None => Visit::default(),
    };
    ImportedAccount {
        id: account.id.clone(),
        user_id: account.user_id.clone(),
        visit,
    }
}

async fn visited(cx: &Context, sync: &Sync, account: &Account) -> Visit {
    match connected(cx, sync, account).await {
        Ok(connected) => Visit::of(&connected, sync.has_callbacks()),
        Err(_) if cx.stop.is_cancelled() => Visit::failed("asked to stop".to_owned()),
        Err(error) => Visit::failed(format!("{error:#}")),
    }
}

async fn connected(cx: &Context, sync: &Sync, account: &Account) -> anyhow::Result<Connected> {
    let preferences = cx.store().await?.preferences_find(&account.user_id).await?;
    Ok(sync.connect(account, &preferences).await?)
}
