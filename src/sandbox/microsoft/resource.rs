//! What the `resource` of a subscription means.

use super::errors::ApiError;
use super::world::World;

impl World {
    /// The calendar that a resource means; `None`: every one of the mailbox.
    pub(super) fn watched(
        &self,
        account: &str,
        resource: &str,
    ) -> Result<Option<String>, ApiError> {
        let path = resource.strip_prefix('/').unwrap_or(resource);
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["me", below @ ..] => self.watched_below(account, below),
            ["users", user, below @ ..] => {
                let mailbox = self.mailbox(account)?;
                match *user == mailbox.id || user.eq_ignore_ascii_case(account) {
                    true => self.watched_below(account, below),
                    false => Err(ApiError::access_denied()),
                }
            }
            _ => Err(unsupported(400)),
        }
    }

    fn watched_below(&self, account: &str, below: &[&str]) -> Result<Option<String>, ApiError> {
        let refused = self.mailbox(account)?.refuses_subscriptions;
        if let Some(status) = refused {
            return Err(ApiError::mailbox_blocked(status));
        }
        match below {
            ["events"] if self.behaviour.mailbox_subscriptions_cover_all => Ok(None),
            ["events"] => Ok(Some(self.calendar(account, "")?.id.clone())),
            ["calendars", id, "events"] if !id.is_empty() => {
                let calendar = self.calendar(account, id)?;
                match calendar.refuses_subscriptions {
                    None => Ok(Some(calendar.id.clone())),
                    Some(403) => Err(ApiError::access_denied()),
                    Some(status) => Err(unsupported(status)),
                }
            }
            _ => Err(unsupported(400)),
        }
    }
}

fn unsupported(status: u16) -> ApiError {
    let message = "The resource is not supported for subscriptions.";
    ApiError::new(status, "InvalidRequest", message)
}
