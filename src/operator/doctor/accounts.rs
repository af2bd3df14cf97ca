//! Accounts that their users have to connect again.

use super::check::Check;
use super::{Known, key};
use crate::model::account::AccountStatus;
use crate::operator::output::counted;

const NAME: &str = "accounts";

pub(super) fn look(known: &Known) -> Check {
    if known.store.is_none() {
        return Check::skip(NAME, key::NO_STORE);
    }
    let reauth = known
        .accounts
        .iter()
        .filter(|account| matches!(account.status, AccountStatus::NeedsReauth { .. }));
    let all = counted(known.accounts.len() as u64, "account");
    match reauth.count() {
        0 => Check::ok(NAME, all),
        number => Check::warn(
            NAME,
            format!("{number} of {all} must be connected again"),
            "`calsync accounts list` shows which and why",
        ),
    }
}
