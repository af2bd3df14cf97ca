//! What somebody waits for comes first: before a whole calendar is listed, its
//! next days are.

use chrono::TimeDelta;

use super::Sync;
use super::failure::{Reach, reach};
use super::listing::{Listing, Start};
use super::pull::PullError;
use super::visit::Visit;
use crate::model::calendar::Calendar;
use crate::model::lease::Lease;
use crate::model::time::Window;
use crate::provider::Scope;
use crate::store::{Applied, Coverage};

/// What cannot wait for the rest.
const NEXT: TimeDelta = TimeDelta::days(7);

impl Sync {
    /// Lists from a start; a whole calendar, where that is urgent, after its
    /// next days have become visible. A listing of a window is short enough
    /// by itself.
    pub(super) async fn list_soon(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
        start: Start,
    ) -> Result<Listing, PullError> {
        let whole = start.since.is_none() && self.scope(visit) == Scope::Calendar;
        let ahead = match whole && visit.selection.urgent {
            true => self.next_days(visit, calendar, lease).await?,
            false => Applied::default(),
        };
        let listing = self.list(visit, calendar, start).await?;
        Ok(Listing { ahead, ..listing })
    }

    /// Makes the next days visible. They say nothing about what they do not
    /// mention, and bring no token. That they are refused is no reason not to
    /// list the whole.
    async fn next_days(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
    ) -> Result<Applied, PullError> {
        let now = self.clock.begun();
        let start = Start {
            since: None,
            window: visit.window,
            coverage: Coverage::Changes,
            only: Some(Window::new(now, now + NEXT)),
        };
        match self.list(visit, calendar, start).await {
            Ok(listing) => Ok(self.apply(calendar, lease, listing).await?.applied),
            Err(PullError::Provider(error)) if reach(&error) == Reach::Calendar => {
                tracing::debug!(calendar.id = %calendar.id, %error, "next days not listed");
                Ok(Applied::default())
            }
            Err(error) => Err(error),
        }
    }
}
