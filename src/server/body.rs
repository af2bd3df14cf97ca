//! Bodies, of a limited size and in a limited time, and not too many at once.

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use futures_util::StreamExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::limits::Limits;

/// A whole body, and the room that it takes for as long as this lives.
#[derive(Debug)]
pub(super) struct Whole<'a> {
    pub(super) bytes: Vec<u8>,
    room: SemaphorePermit<'a>,
}

/// The whole body; the status to refuse it with when it is too large, too
/// slow or broken, or when there is no room for it now.
pub(super) async fn read<'a, B>(
    body: B,
    limits: &Limits,
    room: &'a Semaphore,
) -> Result<Whole<'a>, StatusCode>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    // What announces itself as too large is not waited for.
    if body.size_hint().lower() > limits.body as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let whole = Whole {
        bytes: Vec::new(),
        room: take(room, 0)?,
    };
    if body.is_end_stream() {
        return Ok(whole);
    }
    let collected = whole.collect(Body::new(body), limits.body, room);
    let whole = timeout(limits.body_time, collected).await;
    whole.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

impl<'a> Whole<'a> {
    /// What is announced is no reason to set memory aside: only what arrives
    /// is.
    async fn collect(
        mut self,
        body: Body,
        most: usize,
        room: &'a Semaphore,
    ) -> Result<Self, StatusCode> {
        let mut parts = body.into_data_stream();
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| StatusCode::BAD_REQUEST)?;
            if part.len() > most - self.bytes.len() {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            self.room.merge(take(room, part.len())?);
            self.bytes.extend_from_slice(&part);
        }
        Ok(self)
    }
}

/// Room for some bytes. It is not waited for: those who have some of it wait
/// for more themselves.
fn take(room: &Semaphore, bytes: usize) -> Result<SemaphorePermit<'_>, StatusCode> {
    let bytes = u32::try_from(bytes).ok();
    let taken = bytes.and_then(|bytes| room.try_acquire_many(bytes).ok());
    taken.ok_or(StatusCode::SERVICE_UNAVAILABLE)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use futures_util::stream;

    use super::*;

    /// A body that arrives in parts, each after a pause.
    fn parts(sizes: &'static [usize], pause: Duration) -> Body {
        Body::from_stream(stream::iter(sizes).then(move |size| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, Infallible>(vec![b'x'; *size])
        }))
    }

    async fn outcome(body: Body) -> Result<usize, u16> {
        let room = Semaphore::new(20);
        let read = read(body, &Limits::with_body(10), &room).await;
        read.map(|body| body.bytes.len())
            .map_err(|status| status.as_u16())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_taken_up_to_the_limit() {
        let at_once = Duration::ZERO;
        assert_eq!(outcome(Body::empty()).await, Ok(0));
        assert_eq!(outcome(Body::from("0123456789")).await, Ok(10));
        assert_eq!(outcome(Body::from("0123456789a")).await, Err(413));
        assert_eq!(outcome(parts(&[4, 6], at_once)).await, Ok(10));
        assert_eq!(outcome(parts(&[4, 6, 1], at_once)).await, Err(413));
        assert_eq!(outcome(parts(&[usize::MAX >> 40], at_once)).await, Err(413));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_in_is_not_waited_for() {
        let second = Duration::from_secs(1);
        assert_eq!(outcome(parts(&[1, 1, 1], second)).await, Ok(3));
        assert_eq!(outcome(parts(&[1, 1, 1, 1, 1, 1], second)).await, Err(408));
    }

    #[tokio::test]
    async fn bodies_that_there_is_no_room_for_are_refused() {
        let (limits, room) = (Limits::with_body(10), Semaphore::new(15));
        let read = || read(Body::from("0123456789"), &limits, &room);
        let first = read().await.unwrap();
        let second = read().await.unwrap_err();
        assert_eq!(second, StatusCode::SERVICE_UNAVAILABLE);
        drop(first);
        assert!(read().await.is_ok());
    }
}
