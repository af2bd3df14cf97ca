//! The window moves on also where nothing is pulled: for calendars that rest,
//! whose account has to be connected again, or whose user paused the sync.

use super::Sync;
use crate::model::calendar::Calendar;
use crate::model::lease::{LEASE, Lease, LeaseName};
use crate::model::preferences::Preferences;
use crate::model::time::Window;
use crate::model::user::User;
use crate::provider::Scope;
use crate::store::StoreError;

impl Sync {
    /// Moves the timeline of a user's calendars to today's window, from what is
    /// known of them. Where a listing is of a window, it alone can move it.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn roll(&self, user: &User, preferences: &Preferences) -> Result<(), StoreError> {
        let window = self.window(preferences);
        for calendar in self.store.calendar_list(Some(&user.id)).await? {
            let scope = self.providers.of(calendar.provider).scope();
            let is_behind = calendar.window.is_some_and(|known| known != window);
            if is_behind && calendar.is_synced() && scope == Scope::Calendar {
                self.roll_calendar(&calendar, window).await?;
            }
        }
        Ok(())
    }

    /// One that another instance is at is moved by that one.
    async fn roll_calendar(&self, calendar: &Calendar, window: Window) -> Result<(), StoreError> {
        let now = self.clock.now();
        let lease = Lease {
            name: LeaseName::Calendar(calendar.id.clone()),
            owner: self.owner.clone(),
            until: now + LEASE,
        };
        if !self.store.lease_acquire(&lease, now).await? {
            return Ok(());
        }
        let rolled = self.store.timeline_roll(&calendar.id, &lease, window).await;
        self.store.lease_release(&lease.name, &lease.owner).await?;
        match rolled {
            Err(StoreError::LeaseLost(_) | StoreError::NoSuch(_)) => Ok(()),
            other => other,
        }
    }
}
