//! Accounts that somebody has to see to.

use super::check::Check;
use super::{Known, key};
use crate::model::account::AccountStatus;
use crate::operator::output::counted;

const NAME: &str = "accounts";

pub(super) fn look(known: &Known) -> Check {
    if known.store.is_none() {
        return Check::skip(NAME, key::NO_STORE);
    }
    let unwell = known
        .accounts
        .iter()
        .filter(|account| match &account.status {
            AccountStatus::Active => false,
            AccountStatus::NeedsReauth { .. } => true,
            AccountStatus::Disabled { reason, .. } => reason != AccountStatus::REMOVED,
        });
    let all = counted(known.accounts.len() as u64, "account");
    match unwell.count() {
        0 => Check::ok(NAME, all),
        number => Check::warn(
            NAME,
            format!("{number} of {all} cannot be used"),
            "`calsync accounts list` shows which, why, and what mends them",
        ),
    }
}
