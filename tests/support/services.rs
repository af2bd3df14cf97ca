//! Where the binary finds the services of a sandbox.

use calsync::sandbox::{Sandbox, google, microsoft};

/// The part of its environment that leads to both.
pub(crate) fn settings(sandbox: &Sandbox) -> [(&'static str, String); 12] {
    let (google, microsoft) = (&sandbox.google, &sandbox.microsoft);
    [
        ("CALSYNC__GOOGLE__CLIENT_ID", google::CLIENT_ID.to_owned()),
        (
            "CALSYNC__GOOGLE__CLIENT_SECRET",
            google::CLIENT_SECRET.to_owned(),
        ),
        ("CALSYNC__GOOGLE__API_URL", google.api_url()),
        ("CALSYNC__GOOGLE__AUTH_URL", google.auth_url()),
        ("CALSYNC__GOOGLE__REVOKE_URL", google.revoke_url()),
        ("CALSYNC__GOOGLE__TOKEN_URL", google.token_url()),
        (
            "CALSYNC__MICROSOFT__CLIENT_ID",
            microsoft::CLIENT_ID.to_owned(),
        ),
        (
            "CALSYNC__MICROSOFT__CLIENT_SECRET",
            microsoft::CLIENT_SECRET.to_owned(),
        ),
        ("CALSYNC__MICROSOFT__API_URL", microsoft.api_url()),
        ("CALSYNC__MICROSOFT__AUTH_URL", microsoft.auth_url()),
        ("CALSYNC__MICROSOFT__DEVICE_URL", microsoft.device_url()),
        ("CALSYNC__MICROSOFT__TOKEN_URL", microsoft.token_url()),
    ]
}
