//! What is posted: notifications of Google.

use calsync::model::id::WatchId;
use calsync::provider::Signer;
use secrecy::{ExposeSecret, SecretString};

/// The secret that the receiver is set up with.
pub(crate) const SECRET: &str = "the secret of the benchmark";

/// A request as it travels, for a watch of a user of its own.
pub(crate) fn request(user: usize) -> Vec<u8> {
    let watch = WatchId::new(format!("user_u-{user}_0123456789abcdef01"));
    let token = Signer::new(&SecretString::from(SECRET)).sign(&watch);
    format!(
        "POST /webhooks/google/calendar HTTP/1.1\r\nhost: calendar.example.org\r\n\
         user-agent: APIs-Google\r\naccept: */*\r\ncontent-length: 0\r\n\
         x-goog-channel-id: {watch}\r\nx-goog-channel-token: {}\r\n\
         x-goog-channel-expiration: Tue, 19 Nov 2030 01:13:52 GMT\r\n\
         x-goog-message-number: 7\r\nx-goog-resource-id: o3hgv1538example\r\n\
         x-goog-resource-state: exists\r\nx-goog-resource-uri: \
         https://www.googleapis.com/calendar/v3/calendars/ana%40example.com/events?alt=json\r\n\r\n",
        token.expose_secret()
    )
    .into_bytes()
}
