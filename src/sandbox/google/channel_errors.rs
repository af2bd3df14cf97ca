//! Refusals of channels, in the shapes of the contract's part 6.6.

use super::errors::ApiError;

impl ApiError {
    /// 400: nobody is told of changes of this calendar.
    pub fn push_not_supported() -> Self {
        Self::new(
            400,
            "calendar",
            "pushNotSupportedForRequestedResource",
            "Push notifications are not supported by this resource.",
        )
    }

    /// 400: the address of a channel is no https URL.
    pub(super) fn push_not_https(address: &str) -> Self {
        let message = format!("WebHook callback must be HTTPS: {address}");
        Self::new(400, "global", "push.webhookUrlNotHttps", &message)
    }

    /// The address of a channel is refused; `status` is 401 or 400.
    pub fn push_unauthorized(status: u16, address: &str) -> Self {
        let message = format!("Unauthorized WebHook callback channel: {address}");
        Self::new(status, "global", "push.webhookUrlUnauthorized", &message)
    }

    /// 400: there was a channel with this id.
    pub fn channel_not_unique(id: &str) -> Self {
        let message = format!("Channel id {id} not unique");
        Self::new(400, "global", "channelIdNotUnique", &message)
    }

    /// 404: there is no such channel, or it is somebody else's.
    pub(super) fn channel_not_found(id: &str) -> Self {
        let message = format!("Channel '{id}' not found for project 'sandbox'");
        Self::new(404, "global", "notFound", &message)
    }
}
