//! Room on the disk of the store.

use std::path::Path;

use super::check::Check;
use super::machine::{existing, free};
use crate::context::Context;

const NAME: &str = "disk";

/// Less than this is soon used up: a first pull of 100,000 events takes about
/// as much.
const LEAST: u64 = 100 << 20;

pub(super) fn look(cx: &Context) -> Check {
    let url = cx.store_url();
    let directory = existing(url.path().parent().unwrap_or(Path::new("/")));
    match free(directory) {
        Ok(bytes) => judge(directory, bytes),
        Err(error) => Check::skip(NAME, format!("{}: {error}", directory.display())),
    }
}

fn judge(directory: &Path, bytes: u64) -> Check {
    let found = format!("{} MiB free at {}", bytes >> 20, directory.display());
    if bytes < LEAST {
        let advice = "free some space, or set store.url to a place on a larger disk";
        return Check::warn(NAME, found, advice);
    }
    Check::ok(NAME, found)
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    #[test]
    fn little_room_is_a_warning() {
        let judged = |bytes| judge(Path::new("/srv"), bytes).verdict;
        assert_eq!(judged(LEAST), Verdict::Ok);
        assert_eq!(judged(LEAST - 1), Verdict::Warn);
    }
}
