//! Accounts and calendars, as their owners set them up.

use std::collections::HashMap;

use super::Microsoft;
use super::mailbox::{Calendar, Mailbox};
use super::oauth;
use super::world::World;

/// A Microsoft account that has let calsync in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MicrosoftAccount {
    /// Its address and user principal name.
    pub email: String,
    /// The stable id that `/me` tells.
    pub id: String,
    /// The tenant that it belongs to.
    pub tenant: String,
    /// What calsync holds.
    pub refresh_token: String,
}

/// A calendar to set up.
#[derive(Clone, Debug)]
pub struct CalendarSpec {
    /// Its name.
    pub name: String,
    /// Whether the account may write to it.
    pub can_edit: bool,
    /// Somebody else's address, if it is shared with the account.
    pub owner: Option<String>,
    /// A colour of the contract's list.
    pub color: String,
    /// A colour like `#1a73e8`; empty: never set.
    pub hex_color: String,
}

impl CalendarSpec {
    /// A calendar of the account's own.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            can_edit: true,
            owner: None,
            color: "auto".to_owned(),
            hex_color: String::new(),
        }
    }

    /// One that may only be read.
    pub fn read_only(mut self) -> Self {
        self.can_edit = false;
        self
    }

    /// One that somebody shares.
    pub fn owner(mut self, email: &str) -> Self {
        self.owner = Some(email.to_owned());
        self
    }

    /// With a colour like `#1a73e8`.
    pub fn hex_color(mut self, color: &str) -> Self {
        self.hex_color = color.to_owned();
        self
    }
}

impl Microsoft {
    /// Adds an account with its default calendar, or gives an existing one
    /// another refresh token (as when its user connects again).
    pub fn add_account(&self, email: &str) -> MicrosoftAccount {
        self.with(|world| {
            if !world.mailboxes.contains_key(email) {
                let mailbox = mailbox(world, email);
                world.mailboxes.insert(email.to_owned(), mailbox);
                world.add_calendar(email, "Calendar");
            }
            let refresh_token = oauth::issue_refresh(world, email);
            let mailbox = world.mailboxes.get(email);
            let (id, tenant) = mailbox
                .map(|mailbox| (mailbox.id.clone(), mailbox.tenant.clone()))
                .unwrap_or_default();
            MicrosoftAccount {
                email: email.to_owned(),
                id,
                tenant,
                refresh_token,
            }
        })
    }

    /// The permission is taken back: every token of the account dies.
    pub fn revoke(&self, email: &str) {
        self.with(|world| oauth::withdraw(world, email));
    }

    /// Gives out an access token without a refresh.
    pub fn access_token(&self, email: &str) -> String {
        self.with(|world| oauth::issue(world, email))
    }

    /// Ends every access token of the account; refresh tokens live on.
    pub fn expire_access_tokens(&self, email: &str) {
        self.with(|world| world.access.retain(|_, access| access.account != email));
    }

    /// Whether a refresh token dies by its use; by default it lives on.
    pub fn single_use_refresh_tokens(&self, email: &str, on: bool) {
        self.on_mailbox(email, |mailbox| mailbox.single_use = on);
    }

    /// Answers every refresh of the account with this error and AADSTS
    /// number, such as `interaction_required` and 50076; `None`: no more.
    pub fn refuse_refresh(&self, email: &str, refusal: Option<(&'static str, u32)>) {
        self.on_mailbox(email, |mailbox| mailbox.refusal = refusal);
    }

    /// What later access tokens of the account allow; short names.
    pub fn set_scopes(&self, email: &str, granted: &[&str]) {
        self.on_mailbox(email, |mailbox| {
            mailbox.scopes = granted.iter().map(|scope| (*scope).to_owned()).collect();
        });
    }

    /// What `/me` tells as `mail`; `None`: null.
    pub fn set_mail(&self, email: &str, mail: Option<&str>) {
        self.on_mailbox(email, |mailbox| mailbox.mail = mail.map(str::to_owned));
    }

    /// Adds a calendar to the account and answers its id.
    pub fn add_calendar(&self, email: &str, spec: CalendarSpec) -> String {
        self.with(|world| {
            let id = world.add_calendar(email, &spec.name);
            if let Some(calendar) = world.calendars.get_mut(&id) {
                calendar.can_edit = spec.can_edit;
                calendar.owner = spec.owner.unwrap_or_else(|| email.to_owned());
                (calendar.color, calendar.hex_color) = (spec.color, spec.hex_color);
            }
            id
        })
    }

    /// The id of the account's default calendar.
    pub fn default_calendar(&self, email: &str) -> String {
        self.calendar_ids(email)
            .into_iter()
            .next()
            .unwrap_or_default()
    }

    /// The ids of the account's calendars, the default one first.
    pub fn calendar_ids(&self, email: &str) -> Vec<String> {
        self.with(|world| {
            let mailbox = world.mailboxes.get(email);
            mailbox
                .map(|mailbox| mailbox.calendars.clone())
                .unwrap_or_default()
        })
    }

    /// Renames a calendar.
    pub fn rename_calendar(&self, calendar: &str, name: &str) {
        self.with(|world| {
            let version = world.next_version();
            if let Some(calendar) = world.calendars.get_mut(calendar) {
                calendar.name = name.to_owned();
                calendar.version = version;
            }
        });
    }

    /// Lets the account write to a calendar, or only read it.
    pub fn set_can_edit(&self, calendar: &str, can_edit: bool) {
        self.on_calendar(calendar, |calendar| calendar.can_edit = can_edit);
    }

    /// Deletes a calendar with its events, or ends its sharing.
    pub fn remove_calendar(&self, calendar: &str) {
        self.with(|world| {
            if let Some(gone) = world.calendars.remove(calendar) {
                world.places.retain(|_, place| place != calendar);
                if let Some(mailbox) = world.mailboxes.get_mut(&gone.account) {
                    mailbox.calendars.retain(|id| id != calendar);
                }
            }
        });
    }

    /// Listings and rounds of the calendar read as empty, or as they are
    /// again; nothing is deleted.
    pub fn empty(&self, calendar: &str, on: bool) {
        self.on_calendar(calendar, |calendar| calendar.blank = on);
    }

    /// From now on older skip and delta tokens of the calendar are lost.
    pub fn expire_delta_links(&self, calendar: &str) {
        self.on_calendar(calendar, |calendar| calendar.generation += 1);
    }

    pub(super) fn on_mailbox(&self, email: &str, work: impl FnOnce(&mut Mailbox)) {
        self.with(|world| world.mailboxes.get_mut(email).map(work));
    }

    pub(super) fn on_calendar(&self, calendar: &str, work: impl FnOnce(&mut Calendar)) {
        self.with(|world| world.calendars.get_mut(calendar).map(work));
    }
}

impl World {
    /// Adds a calendar to a mailbox; its id.
    pub(super) fn add_calendar(&mut self, account: &str, name: &str) -> String {
        let id = format!("AQMkADAwATM0MDAAMS1h{}=", self.ids.opaque());
        let number = self.next_version();
        let calendar = Calendar::new(&id, number, name, account);
        self.calendars.insert(id.clone(), calendar);
        if let Some(mailbox) = self.mailboxes.get_mut(account) {
            mailbox.calendars.push(id.clone());
        }
        id
    }

    /// An id as directories and subscriptions have them.
    pub(super) fn guid(&mut self) -> String {
        let digits = self.ids.opaque();
        format!(
            "{}-{}-4{}-8{}-{}",
            &digits[..8],
            &digits[8..12],
            &digits[13..16],
            &digits[17..20],
            &digits[20..]
        )
    }
}

fn mailbox(world: &mut World, email: &str) -> Mailbox {
    let scopes = ["User.Read", "Calendars.ReadWrite"];
    Mailbox {
        number: world.next_version(),
        id: world.guid(),
        tenant: world.guid(),
        name: display_name(email),
        mail: Some(email.to_owned()),
        scopes: scopes.map(str::to_owned).to_vec(),
        consent_limit: None,
        single_use: false,
        refusal: None,
        refuses_subscriptions: None,
        calendars: Vec::new(),
        transactions: HashMap::new(),
    }
}

/// `ada.example@…` is Ada Example.
fn display_name(email: &str) -> String {
    let words = email.split('@').next().unwrap_or_default().split('.');
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}
