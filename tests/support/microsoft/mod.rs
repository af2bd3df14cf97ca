//! Worlds with mailboxes at Microsoft, beside or instead of accounts at
//! Google.

pub(crate) mod appointment;
pub(crate) mod folder;
pub(crate) mod wire;

use calsync::model::account::{NewAccount, ProviderKind};
use calsync::sandbox::Microsoft;
use calsync::sandbox::microsoft::{CalendarSpec, Fault};

use self::folder::Folder;
use super::story::{ANA, World, account, email};

impl World {
    /// A world with Ana, who has a mailbox with one calendar, "Work"; both are
    /// in Berlin.
    pub(crate) async fn outlook(now: &str) -> Self {
        let world = Self::empty(now).await;
        world.colleague(ANA, "Europe/Berlin", "Work").await;
        world
    }

    /// Adds a user with a mailbox, whose default calendar has this name.
    pub(crate) async fn colleague(&self, user: &str, zone: &str, calendar: &str) {
        self.user(user, zone).await;
        self.mailbox(user, &email(user), calendar).await;
    }

    /// Gives a user a mailbox, whose default calendar has this name.
    pub(crate) async fn mailbox(&self, user: &str, email: &str, calendar: &str) {
        let granted = self.microsoft().add_account(email);
        let id = self.microsoft().default_calendar(email);
        self.microsoft().rename_calendar(&id, calendar);
        self.name_folder(calendar, id);
        self.import_mailbox(user, email, &granted.refresh_token)
            .await;
    }

    /// Imports a mailbox of a user, as `accounts import` does.
    pub(crate) async fn import_mailbox(&self, user: &str, email: &str, refresh_token: &str) {
        let account = NewAccount {
            provider: ProviderKind::Microsoft,
            ..account(user, email, refresh_token)
        };
        self.import_account(account).await;
    }

    /// Adds a calendar to Ana's mailbox.
    pub(crate) fn add_folder(&self, name: &str) -> Folder {
        let id = self
            .microsoft()
            .add_calendar(&email(ANA), CalendarSpec::named(name));
        self.name_folder(name, id);
        self.folder(name)
    }

    /// A calendar at Microsoft by its name.
    pub(crate) fn folder(&self, name: &str) -> Folder {
        let id = &self.folders.lock().unwrap()[name];
        Folder::new(self.microsoft(), id)
    }

    fn name_folder(&self, name: &str, id: String) {
        self.folders.lock().unwrap().insert(name.to_owned(), id);
    }

    pub(crate) fn microsoft(&self) -> &Microsoft {
        &self.sandbox.microsoft
    }

    /// Injects a fault at Microsoft.
    pub(crate) fn upset(&self, fault: Fault) {
        self.microsoft().inject(fault);
    }
}
