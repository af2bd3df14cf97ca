//! Accounts and calendars, as their owners set them up.

use std::collections::BTreeMap;

use super::Google;
use super::calendar::Calendar;
use super::grant;
use super::scopes;
use super::times::Zone;
use super::world::{AccessRole, Account, World};

/// A Google account that has let calsync in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleAccount {
    /// Its address, also the id of its primary calendar.
    pub email: String,
    /// The stable id that `userinfo` tells.
    pub subject: String,
    /// What calsync holds.
    pub refresh_token: String,
}

/// A calendar to set up.
#[derive(Clone, Debug)]
pub struct CalendarSpec {
    /// Its title.
    pub name: String,
    /// IANA name of its zone; an unknown one reads as UTC.
    pub zone: String,
    /// What the account may do on it.
    pub access_role: AccessRole,
    /// The account's main calendar; its id is the address.
    pub primary: bool,
    /// An id of one's own, such as that of a holiday calendar.
    pub id: Option<String>,
}

impl CalendarSpec {
    /// A secondary calendar that the account owns.
    pub fn named(name: &str, zone: &str) -> Self {
        Self {
            name: name.to_owned(),
            zone: zone.to_owned(),
            access_role: AccessRole::Owner,
            primary: false,
            id: None,
        }
    }

    /// The primary calendar.
    pub fn primary(zone: &str) -> Self {
        Self {
            primary: true,
            ..Self::named("", zone)
        }
    }

    /// With another role than owner.
    pub fn role(mut self, role: AccessRole) -> Self {
        self.access_role = role;
        self
    }

    /// With an id of one's own.
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }
}

impl Google {
    /// Adds an account without calendars, or gives an existing one another
    /// refresh token (as when its user connects again).
    pub fn add_account(&self, email: &str) -> GoogleAccount {
        self.with(|world| {
            let subject = world.ids.subject();
            let account = world
                .accounts
                .entry(email.to_owned())
                .or_insert_with(|| fresh(subject));
            account.consented = true;
            let subject = account.subject.clone();
            let grant = grant::standing(world, email);
            GoogleAccount {
                email: email.to_owned(),
                subject,
                refresh_token: grant::issue_refresh(world, grant),
            }
        })
    }

    /// The user takes the permission back: every token of the account dies.
    pub fn revoke(&self, email: &str) {
        self.with(|world| grant::withdraw(world, email));
    }

    /// Gives out an access token without a refresh.
    pub fn access_token(&self, email: &str) -> String {
        self.with(|world| grant::issue(world, grant::standing(world, email)))
    }

    /// Ends every access token of the account; refresh tokens live on.
    pub fn expire_access_tokens(&self, email: &str) {
        self.with(|world| {
            world.access.retain(|_, access| access.grant.email != email);
        });
    }

    /// Whether each refresh brings a new refresh token and kills the old one.
    pub fn rotate_refresh_tokens(&self, email: &str, on: bool) {
        self.with(|world| {
            if let Some(account) = world.accounts.get_mut(email) {
                account.rotates = on;
            }
        });
    }

    /// What later access tokens of the account allow; short names
    /// (`calendar.events`) or full ones.
    pub fn set_scopes(&self, email: &str, granted: &[&str]) {
        self.with(|world| {
            let granted: Vec<String> = granted.iter().map(|scope| scopes::full(scope)).collect();
            let all = world.refresh.iter_mut().map(|refresh| &mut refresh.grant);
            for grant in all.filter(|grant| grant.email == email) {
                grant.scopes.clone_from(&granted);
            }
            if let Some(account) = world.accounts.get_mut(email) {
                account.scopes = granted;
            }
        });
    }

    /// Adds a calendar to the account's list and answers its id.
    pub fn add_calendar(&self, email: &str, spec: CalendarSpec) -> String {
        self.with(|world| {
            let id = match (spec.primary, spec.id) {
                (true, _) => email.to_owned(),
                (false, Some(id)) => id,
                (false, None) => format!("c_{}@group.calendar.google.com", world.ids.opaque()),
            };
            let name = if spec.name.is_empty() {
                &id
            } else {
                &spec.name
            };
            let now = world.clock.now();
            let zone = Zone::named_or_utc(&spec.zone);
            let calendar = || Calendar::new(&id, name, zone, email, now);
            world.calendars.entry(id.clone()).or_insert_with(calendar);
            world.enlist(email, &id, spec.access_role);
            id
        })
    }

    /// The ids of the calendars in the account's list.
    pub fn calendar_ids(&self, email: &str) -> Vec<String> {
        self.with(|world| {
            let list = world.accounts.get(email).map(|account| account.list.iter());
            let listed = list
                .into_iter()
                .flatten()
                .filter(|(_, entry)| !entry.deleted);
            listed.map(|(id, _)| id.clone()).collect()
        })
    }

    /// Puts an existing calendar into somebody's list, or changes his role.
    pub fn share(&self, email: &str, calendar: &str, role: AccessRole) {
        self.with(|world| {
            world.enlist(email, calendar, role);
            expire(world, calendar);
        });
    }

    /// Takes a calendar from somebody: it leaves his list and answers 404.
    pub fn unshare(&self, email: &str, calendar: &str) {
        self.with(|world| world.relist(email, calendar, |entry| entry.deleted = true));
    }

    /// Hides a calendar in somebody's list, or shows it again.
    pub fn hide_calendar(&self, email: &str, calendar: &str, hidden: bool) {
        self.with(|world| world.relist(email, calendar, |entry| entry.hidden = hidden));
    }

    /// Renames a calendar; no delta of the calendar list tells it.
    pub fn rename_calendar(&self, calendar: &str, name: &str) {
        self.with(|world| {
            if let Some(calendar) = world.calendars.get_mut(calendar) {
                calendar.name = name.to_owned();
            }
        });
    }

    /// From now on older sync and page tokens of the calendar answer 410.
    pub fn expire_sync_tokens(&self, calendar: &str) {
        self.with(|world| expire(world, calendar));
    }

    /// From now on older sync tokens of the account's calendar list answer 410.
    pub fn expire_list_tokens(&self, email: &str) {
        self.with(|world| {
            if let Some(account) = world.accounts.get_mut(email) {
                account.list_generation += 1;
            }
        });
    }
}

/// Sync tokens die when who may see what changes, too.
fn expire(world: &mut World, calendar: &str) {
    if let Some(calendar) = world.calendars.get_mut(calendar) {
        calendar.generation += 1;
    }
}

fn fresh(subject: String) -> Account {
    Account {
        subject,
        consented: false,
        rotates: false,
        scopes: scopes::DEFAULT
            .iter()
            .map(|scope| scopes::full(scope))
            .collect(),
        list: BTreeMap::new(),
        list_head: 0,
        list_generation: 0,
    }
}
