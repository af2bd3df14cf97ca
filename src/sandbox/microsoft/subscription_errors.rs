//! Refusals of subscriptions, in the shapes of the contract's parts 9 and 10.

use super::errors::ApiError;

impl ApiError {
    /// 400: something in the body is wrong.
    pub(super) fn invalid_request(message: &str) -> Self {
        Self::new(400, "InvalidRequest", message)
    }

    /// 400: nobody at an address said that it is theirs.
    pub fn handshake_failed() -> Self {
        Self::new(
            400,
            "ValidationError",
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
        )
    }

    /// 409: there is a subscription for the same.
    pub fn subscription_exists(id: &str) -> Self {
        let message = format!("Subscription Id {id} already exists for the requested combination");
        Self::new(409, "Conflict", &message)
    }

    /// 403: a mailbox has no room for another subscription.
    pub fn subscriptions_exhausted() -> Self {
        Self::new(
            403,
            "Forbidden",
            "The mailbox has reached its limit of subscriptions.",
        )
    }

    /// The tenant lets nobody watch the mailbox; `status` is 403 or 400.
    pub fn mailbox_blocked(status: u16) -> Self {
        Self::new(
            status,
            "extensionError",
            "Operation: Create; the mailbox is blocked by a policy of its tenant.",
        )
    }
}
