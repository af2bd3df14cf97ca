//! What a client may take of the receiver.

use std::time::Duration;

/// Sizes, numbers and times that end a request or keep it out.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Bytes of all bodies that are in memory at once.
    pub bodies: usize,
    /// Bytes of what stands before the body; of headers there may be 100.
    pub head: usize,
    /// Connections at once. More wait for one to end.
    pub connections: usize,
    /// Requests at once that wait for the queue. More are refused.
    pub waiting: usize,
    /// Until the head of a request is complete.
    pub head_time: Duration,
    /// Until its body is complete.
    pub body_time: Duration,
    /// Until the queue has taken what a provider posts. Graph holds it against a
    /// receiver to take more than three seconds.
    pub queue_time: Duration,
    /// Until a request of another kind is answered.
    pub request_time: Duration,
    /// Until a page says that connecting an account takes longer; in time for
    /// the answer.
    pub consent_time: Duration,
    /// Between two requests of a connection: longer than proxies keep theirs,
    /// or they would send a request into one that is being closed.
    pub keep_alive: Duration,
    /// For what is in flight when the receiver stops.
    pub stop_time: Duration,
}

impl Limits {
    /// The limits, with the given one for bodies.
    #[must_use]
    pub fn with_body(body: usize) -> Self {
        Self {
            body,
            bodies: 64 << 20,
            head: 16 << 10,
            connections: 512,
            waiting: 256,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(5),
            queue_time: Duration::from_millis(2800),
            request_time: Duration::from_secs(10),
            consent_time: Duration::from_secs(8),
            keep_alive: Duration::from_secs(130),
            stop_time: Duration::from_secs(12),
        }
    }
}
