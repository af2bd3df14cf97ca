//! How the faults of a request are carried out.

use axum::body::Body;
use axum::http::{Response, header};
use futures_util::stream;

use super::answer::Answer;
use super::faults::Effect;

/// The pieces in which a slow body arrives.
const PIECES: usize = 8;

/// What faults do before the request is processed: `run` does what a hook
/// says, `stopped` ends when the sandbox stops.
pub(super) async fn wait<H, S: Future<Output = ()>>(
    effects: &[Effect<H>],
    run: impl Fn(&H),
    stopped: impl Fn() -> S,
) {
    for effect in effects {
        match effect {
            Effect::Run(hook) => run(hook),
            Effect::Latency(pause) => tokio::time::sleep(*pause).await,
            // The client gives up, or the sandbox stops.
            Effect::Hang => stopped().await,
            _ => {}
        }
    }
}

/// The answer of faults that keep the request from being processed.
pub(super) fn early<H>(effects: &[Effect<H>]) -> Option<Answer> {
    effects.iter().find_map(|effect| match effect {
        Effect::Answer {
            status,
            content_type,
            body,
            retry_after,
            headers,
        } => {
            let mut answer = Answer {
                status: *status,
                content_type,
                headers: Vec::new(),
                body: body.clone(),
            };
            for (name, value) in headers {
                answer = answer.with(header::HeaderName::from_static(name), value.clone());
            }
            Some(match retry_after {
                Some(value) => answer.with(header::RETRY_AFTER, value.clone()),
                None => answer,
            })
        }
        Effect::Redirect(url) => Some(Answer::empty(302).with(header::LOCATION, url.clone())),
        Effect::Html => {
            let body =
                "<!DOCTYPE html><html><title>Sign in</title><p>Please sign in.</html>".to_owned();
            Some(Answer {
                content_type: "text/html; charset=UTF-8",
                ..Answer::ready(body)
            })
        }
        Effect::DropBefore | Effect::Hang => Some(Answer::empty(500)),
        _ => None,
    })
}

/// Whether the client gets no answer.
pub(super) fn drops<H>(effects: &[Effect<H>]) -> bool {
    effects.iter().any(|effect| {
        matches!(
            effect,
            Effect::DropBefore | Effect::DropAfter | Effect::Hang
        )
    })
}

/// The response, with what faults do to a finished answer.
pub(super) fn late<H>(mut answer: Answer, effects: &[Effect<H>], gzip: bool) -> Response<Body> {
    let mut pause = None;
    for effect in effects {
        match effect {
            Effect::TruncatedBody => answer.body = first_half(&answer.body),
            Effect::SlowBody(each) => pause = Some(*each),
            _ => {}
        }
    }
    match pause {
        None => answer.respond(gzip),
        Some(pause) => {
            let text = std::mem::take(&mut answer.body);
            let mut response = answer.respond(false);
            *response.body_mut() = trickle(&text, pause);
            response
        }
    }
}

fn trickle(text: &str, pause: std::time::Duration) -> Body {
    let size = text.len().div_ceil(PIECES).max(1);
    let pieces: Vec<Vec<u8>> = text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
    Body::from_stream(stream::unfold(
        pieces.into_iter(),
        move |mut pieces| async move {
            let piece = pieces.next()?;
            tokio::time::sleep(pause).await;
            Some((Ok::<_, std::io::Error>(piece), pieces))
        },
    ))
}

fn first_half(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}
