//! Whether what was sent to Graph is what Microsoft's description allows.

use std::sync::OnceLock;

use calsync::sandbox::microsoft::{Logged, Microsoft};

use crate::openapi::{OpenApi, Sent};

/// Every request to the API since they were last cleared conforms to the
/// description.
#[track_caller]
pub(crate) fn check(microsoft: &Microsoft) {
    let requests = microsoft.requests();
    let api = requests
        .iter()
        .filter(|request| !request.kind.is_identity());
    for request in api {
        let complaints = complaints(request);
        assert!(complaints.is_empty(), "{complaints:#?}: {request:#?}");
    }
}

/// Checks at the end of a test, unless it has failed already.
pub(crate) struct AtTheEnd(pub(crate) Microsoft);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            check(&self.0);
        }
    }
}

fn complaints(request: &Logged) -> Vec<String> {
    static DESCRIPTION: OnceLock<OpenApi> = OnceLock::new();
    let sent = Sent {
        method: &request.method,
        path: request.path.trim_start_matches("/v1.0"),
        query: &request.query,
        body: &request.body,
    };
    DESCRIPTION
        .get_or_init(OpenApi::read)
        .request_complaints(&sent)
}
