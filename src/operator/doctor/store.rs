//! The store: whether it is there, whole, and of a version that will do.

use std::path::Path;
use std::sync::Arc;

use super::PATIENCE;
use super::check::{Check, Verdict};
use super::machine::{existing, is_writable};
use crate::context::Context;
use crate::model::account::Account;
use crate::store::{self, Inspection, KeyRing, SqliteUrl, Store, StoreError};

const NAME: &str = "store";

/// The store with its accounts, if it can be worked with as it is.
pub(super) async fn look(
    cx: &Context,
    keys: Option<KeyRing>,
) -> (Option<(Arc<dyn Store>, Vec<Account>)>, Check) {
    let url = cx.store_url();
    let directory = url.path().parent().unwrap_or(Path::new("/"));
    if !is_writable(existing(directory)) {
        let found = format!("{} cannot be written by this user", directory.display());
        let advice =
            "run calsync as the user whom it belongs to, or set store.url to another place";
        return (None, Check::fail(NAME, found, advice));
    }
    match store::inspect(&url, PATIENCE).await {
        Ok(None) => {
            let found =
                format!("not there yet: {url} is made by the first job or `calsync migrate`");
            (None, Check::skip(NAME, found))
        }
        Ok(Some(inspection)) => {
            let check = judge(&url, &inspection);
            // To open it would migrate it.
            if inspection.version != inspection.newest || check.verdict == Verdict::Fail {
                return (None, check);
            }
            match opened(&url, keys).await {
                Ok(opened) => (Some(opened), check),
                Err(error) => (None, unusable(&error)),
            }
        }
        Err(error) => (None, unusable(&error)),
    }
}

async fn opened(
    url: &SqliteUrl,
    keys: Option<KeyRing>,
) -> Result<(Arc<dyn Store>, Vec<Account>), StoreError> {
    let store = store::view(url, keys.unwrap_or_default()).await?;
    let accounts = store.account_list(None).await?;
    Ok((store, accounts))
}

fn judge(url: &SqliteUrl, inspection: &Inspection) -> Check {
    let Inspection {
        version, newest, ..
    } = inspection;
    match inspection.is_sound {
        Some(false) => Check::fail(
            NAME,
            format!("{url} is damaged"),
            "restore a backup, or move the file away and import again",
        ),
        _ if version < newest => Check::warn(
            NAME,
            format!("{url} has schema version {version}, this calsync works with {newest}"),
            "the next job brings it up to date, or `calsync migrate` does",
        ),
        Some(true) => Check::ok(NAME, format!("{url}, schema version {version}, sound")),
        None => {
            let found = format!("{url}, schema version {version}, too large to look through now");
            Check::ok(NAME, found)
        }
    }
}

fn unusable(error: &StoreError) -> Check {
    let advice = match error {
        StoreError::Newer { .. } => "install the newer calsync that wrote it",
        StoreError::Corrupt { .. } => "restore a backup, or move the file away and import again",
        _ => "mend what it says, or set store.url to another place",
    };
    Check::fail(NAME, error, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_store_is_brought_up_and_a_damaged_one_restored() {
        let url = SqliteUrl::new("/srv/calsync.db");
        let judged = |version, is_sound| {
            let newest = 7;
            judge(
                &url,
                &Inspection {
                    version,
                    newest,
                    is_sound,
                },
            )
            .verdict
        };
        assert_eq!(judged(7, Some(true)), Verdict::Ok);
        assert_eq!(judged(7, None), Verdict::Ok);
        assert_eq!(judged(6, Some(true)), Verdict::Warn);
        assert_eq!(judged(7, Some(false)), Verdict::Fail);
    }
}
