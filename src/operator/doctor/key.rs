//! The key, and whether it opens what is stored.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::Known;
use super::check::Check;
use crate::context::Context;
use crate::model::account::AccountStatus;
use crate::operator::output::counted;
use crate::store::{KeyRing, Store, StoreError};

const NAME: &str = "key";
const TOKENS: &str = "tokens";

/// Why what is in the store is not looked at.
pub(super) const NO_STORE: &str = "there is no store that could be looked at";

/// The keys that there are.
pub(super) fn look(cx: &Context) -> (Option<KeyRing>, Check) {
    match cx.existing_keys() {
        Ok(Some(keys)) => (Some(keys), found(cx)),
        Ok(None) => {
            let file = cx.config.security.key_file.display();
            let found = format!("not there yet: {file} is made together with the store");
            (None, Check::skip(NAME, found))
        }
        Err(error) => {
            let advice = "restore the key file from a backup; where it is lost, `calsync keygen` \
                          makes a new key for security.encryption_key, and every account has to \
                          be connected again";
            (None, Check::fail(NAME, error, advice))
        }
    }
}

fn found(cx: &Context) -> Check {
    let security = &cx.config.security;
    if let Some(keys) = &security.encryption_key {
        let number = counted(keys.len() as u64, "key");
        return Check::ok(NAME, format!("{number} in security.encryption_key"));
    }
    let file = security.key_file.display();
    let mode = fs::metadata(&security.key_file).map(|file| file.permissions().mode() & 0o777);
    match mode {
        Ok(mode) if mode & 0o077 != 0 => {
            let found = format!("{file} is open to others (mode {mode:04o})");
            Check::warn(NAME, found, format!("chmod 600 {file}"))
        }
        _ => Check::ok(NAME, file),
    }
}

/// Whether the tokens of every account in use can be decrypted.
pub(super) async fn tokens(known: &Known) -> Check {
    let (Some(store), Some(_)) = (&known.store, &known.keys) else {
        return Check::skip(TOKENS, "there is no store or no key to look at");
    };
    match sealed(known, store.as_ref()).await {
        Ok((0, all)) => Check::ok(TOKENS, format!("those of {} open", counted(all, "account"))),
        Ok((closed, all)) => Check::fail(
            TOKENS,
            format!(
                "those of {closed} of {} do not open",
                counted(all, "account")
            ),
            "restore the key that they were stored with (security.encryption_key takes several), \
             or connect the accounts again",
        ),
        Err(error) => Check::broken(TOKENS, &error),
    }
}

/// How many accounts' tokens do not open, and of how many.
async fn sealed(known: &Known, store: &dyn Store) -> Result<(u64, u64), StoreError> {
    let (mut closed, mut all) = (0, 0);
    for account in &known.accounts {
        // One that is not used any more may have no tokens.
        if matches!(account.status, AccountStatus::Disabled { .. }) {
            continue;
        }
        all += 1;
        match store.account_tokens(&account.id).await {
            Ok(_) => {}
            Err(StoreError::NoKey { .. } | StoreError::Corrupt { .. }) => closed += 1,
            Err(error) => return Err(error),
        }
    }
    Ok((closed, all))
}
