//! What a cycle knows of an account while it works with it.

use super::Selection;
use super::trouble::Trouble;
use crate::model::account::Account;
use crate::model::preferences::Preferences;
use crate::model::time::Window;
use crate::provider::Session;

/// An account that a cycle works with.
pub(super) struct Visit<'a> {
    pub account: &'a Account,
    pub session: Session,
    pub preferences: &'a Preferences,
    pub window: Window,
    pub selection: &'a Selection,
    /// What was refused to the whole account.
    pub trouble: Trouble,
}
