//! What the store holds that a person may have to look at.

use std::collections::BTreeMap;

use crate::model::conflict::ConflictKind;
use crate::server::{Kind, Text};
use crate::store::{Result, Store};

/// Numbers of what is in the store.
#[derive(Debug)]
pub(super) struct State {
    /// By status.
    accounts: BTreeMap<&'static str, usize>,
    /// Calendars that are synced.
    synced: usize,
    /// Those of them that rest after failures.
    failing: usize,
    /// Calendars that are active, and not listed any more.
    unlisted: usize,
    /// Open conflicts, by kind.
    conflicts: BTreeMap<&'static str, usize>,
}

impl State {
    /// Of a store.
    pub(super) async fn of(store: &dyn Store) -> Result<Self> {
        let accounts = store.account_list(None).await?;
        let statuses = accounts.iter().map(|account| account.status.as_str());
        let calendars = store.calendar_list(None).await?;
        let synced = calendars.iter().filter(|calendar| calendar.is_synced());
        let failing = synced.clone().filter(|one| one.backoff.failures > 0);
        let unlisted = calendars
            .iter()
            .filter(|one| one.is_active && !one.is_listed);
        let open = store.conflict_list(true).await?;
        let kinds = open.iter().map(|conflict| conflict.kind.as_str());
        Ok(Self {
            accounts: counted(&["active", "needs_reauth", "disabled"], statuses),
            synced: synced.count(),
            failing: failing.count(),
            unlisted: unlisted.count(),
            conflicts: counted(&ConflictKind::ALL.map(ConflictKind::as_str), kinds),
        })
    }

    /// Adds it to a text.
    pub(super) fn write(&self, text: &mut Text) {
        let help =
            "Accounts, by whether they can be used; needs_reauth: their user has to connect again.";
        let mut accounts = text.family("calsync_accounts", Kind::Gauge, help);
        for (status, number) in &self.accounts {
            accounts.sample(&[("status", status)], number);
        }
        let mut gauge = |name, help, number: usize| {
            text.family(name, Kind::Gauge, help).sample(&[], number);
        };
        gauge(
            "calsync_calendars_synced",
            "Calendars that are kept in step.",
            self.synced,
        );
        gauge(
            "calsync_calendars_failing",
            "Calendars that are kept in step and failed when they were last tried.",
            self.failing,
        );
        gauge(
            "calsync_calendars_unlisted",
            "Active calendars that their account no longer lists.",
            self.unlisted,
        );
        let help = "Conflicts that wait for an answer; mass_delete: a plan is parked until it is approved.";
        let mut conflicts = text.family("calsync_conflicts_open", Kind::Gauge, help);
        for (kind, number) in &self.conflicts {
            conflicts.sample(&[("kind", kind)], number);
        }
    }
}

/// How often each name is there; those that are known count from 0.
fn counted(
    known: &[&'static str],
    names: impl Iterator<Item = &'static str>,
) -> BTreeMap<&'static str, usize> {
    let mut numbers: BTreeMap<_, _> = known.iter().map(|name| (*name, 0)).collect();
    for name in names {
        *numbers.entry(name).or_default() += 1;
    }
    numbers
}
