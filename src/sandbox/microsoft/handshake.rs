//! The handshake: whether somebody at an address says that it is theirs
//! (contract 9.2).

use super::super::push::{Post, Push, Retry};

/// Whether who is at `url` answers with `token`, decoded once.
pub(super) async fn succeeds(push: &Push, url: &str, token: &str) -> bool {
    let join = if url.contains('?') { '&' } else { '?' };
    let post = Post {
        url: format!("{url}{join}validationToken={}", encoded(token)),
        headers: vec![("Content-Type", "text/plain; charset=utf-8".to_owned())],
        body: String::new(),
        retry: Retry::Never,
    };
    let reply = push.deliver(post).await;
    reply.is_some_and(|reply| {
        let kind = reply.content_type.split(';').next().unwrap_or_default();
        let plain = kind.trim().eq_ignore_ascii_case("text/plain");
        reply.status == 200 && plain && reply.body == token
    })
}

/// A token in which everything stands that is easily decoded wrongly.
pub(super) fn token(seed: &str) -> String {
    format!(
        "Validation: Testing client application reachability, 1+1=2, 100%, %2B%20 & Request-Id: {seed}"
    )
}

/// As a value of a query. A space may be written in two ways: both occur.
fn encoded(token: &str) -> String {
    let plain: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    plain.replacen('+', "%20", 2)
}
