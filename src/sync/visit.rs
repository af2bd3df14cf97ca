//! What a cycle knows of an account while it works with it.

use std::sync::OnceLock;

use super::Selection;
use super::failure::{self, Reach};
use crate::model::account::Account;
use crate::model::time::Window;
use crate::provider::{ProviderError, Session};

/// An account that a cycle works with.
pub(super) struct Visit<'a> {
    pub account: &'a Account,
    pub session: Session,
    pub window: Window,
    pub selection: &'a Selection,
    /// Set by the first refusal that concerns the whole account.
    pub trouble: OnceLock<ProviderError>,
}

impl Visit<'_> {
    /// Remembers a refusal that concerns the whole account.
    pub(super) fn note(&self, error: &ProviderError) {
        if failure::reach(error) != Reach::Calendar {
            // The first one counts.
            self.trouble.set(error.clone()).ok();
        }
    }
}
