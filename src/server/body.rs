//! Bodies, of a limited size and in a limited time.

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::limits::Limits;

/// The whole body; the status to refuse it with when it is too large, too
/// slow or broken.
pub(super) async fn read<B>(body: B, limits: &Limits) -> Result<Vec<u8>, StatusCode>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    // What announces itself as too large is not waited for.
    if body.size_hint().lower() > limits.body as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let whole = timeout(limits.body_time, collect(Body::new(body), limits.body)).await;
    whole.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

/// What is announced is no reason to set memory aside: only what arrives is.
async fn collect(body: Body, most: usize) -> Result<Vec<u8>, StatusCode> {
    let mut whole = Vec::new();
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| StatusCode::BAD_REQUEST)?;
        if part.len() > most - whole.len() {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole)
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
        let read = read(body, &Limits::with_body(10)).await;
        read.map(|body| body.len())
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
}
