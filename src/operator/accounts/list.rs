//! `calsync accounts list`.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::context::Context;
use crate::model::account::{Account, AccountStatus, ProviderKind};
use crate::model::id::{AccountId, UserId};
use crate::operator::output::{Output, moment, or_dash};

/// An account as listings show it.
#[derive(Serialize)]
struct Row {
    id: AccountId,
    user_id: UserId,
    provider: ProviderKind,
    email: String,
    status: &'static str,
    status_reason: Option<String>,
    status_at: Option<DateTime<Utc>>,
    discovered_at: Option<DateTime<Utc>>,
    /// The command that makes it usable again; none while it is.
    mend: Option<String>,
}

impl From<Account> for Row {
    fn from(account: Account) -> Self {
        let (status, mend) = (account.status.as_str(), account.mend());
        let (status_reason, status_at) = match account.status {
            AccountStatus::Active => (None, None),
            AccountStatus::NeedsReauth { reason, at } | AccountStatus::Disabled { reason, at } => {
                (Some(reason), Some(at))
            }
        };
        Self {
            id: account.id,
            user_id: account.user_id,
            provider: account.provider,
            email: account.email,
            status,
            status_reason,
            status_at,
            discovered_at: account.discovered_at,
            mend,
        }
    }
}

pub(super) async fn list(cx: &Context, out: Output, user: Option<&UserId>) -> anyhow::Result<()> {
    let accounts = cx.store().await?.account_list(user).await?;
    let rows: Vec<Row> = accounts.into_iter().map(Row::from).collect();
    let header = [
        "ID", "USER", "PROVIDER", "EMAIL", "STATUS", "REASON", "SINCE", "MEND",
    ];
    Ok(out.list(&header, &rows, |row| {
        vec![
            row.id.to_string(),
            row.user_id.to_string(),
            row.provider.to_string(),
            row.email.clone(),
            row.status.to_owned(),
            or_dash(row.status_reason.clone()),
            or_dash(row.status_at.map(moment)),
            or_dash(row.mend.clone()),
        ]
    })?)
}
