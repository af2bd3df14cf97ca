//! From what Redis says to what callers decide on.

use redis::{ErrorKind, RedisError, ServerErrorKind};
use secrecy::{ExposeSecret, SecretString};

use crate::queue::QueueError;

/// Where a server is, as everybody may know it.
pub(super) struct Place {
    /// Its URL without user and password.
    pub(super) location: String,
    /// What must not be told: servers quote what they do not understand.
    pub(super) password: Option<SecretString>,
}

impl Place {
    /// The error as the seam speaks of it.
    pub(super) fn error(&self, error: &RedisError) -> QueueError {
        let location = self.location.clone();
        let error = single(error);
        let text = self.without_password(&error.to_string());
        match lasting_reason(&error, &text) {
            Some(reason) => QueueError::Unusable { location, reason },
            None => QueueError::Unavailable {
                location,
                reason: passing_reason(&error, text),
            },
        }
    }

    fn without_password(&self, text: &str) -> String {
        match self.password.as_ref().map(ExposeSecret::expose_secret) {
            None | Some("") => text.to_owned(),
            Some(password) => text.replace(password, "***"),
        }
    }
}

/// The first error of several commands that were sent together.
fn single(error: &RedisError) -> RedisError {
    let several = error.clone().into_server_errors();
    let first = several.and_then(|errors| errors.first().map(|(_, first)| first.clone()));
    first.map_or_else(|| error.clone(), RedisError::from)
}

/// What a person has to change; `None` when trying again later may help.
fn lasting_reason(error: &RedisError, text: &str) -> Option<String> {
    const REFUSED: &str = "it refuses the user or the password: check those in queue.url";
    let reason = match (error.kind(), error.code()) {
        (ErrorKind::InvalidClientConfig | ErrorKind::RESP3NotSupported, _) => {
            format!("it cannot be used that way ({text}): check queue.url")
        }
        (ErrorKind::AuthenticationFailed, _) | (_, Some("NOAUTH" | "WRONGPASS")) => {
            REFUSED.to_owned()
        }
        (ErrorKind::Server(ServerErrorKind::NoPerm), _) => format!(
            "its user may not do what a queue needs ({text}): allow it lists, hashes, sorted \
             sets, strings, transactions and scripts on the keys calendar_webhooks:*, and TIME"
        ),
        (ErrorKind::UnexpectedReturnType, _) | (_, Some("WRONGTYPE")) => format!(
            "its content cannot be understood ({text}): does something else use the keys \
             calendar_webhooks:*?"
        ),
        (ErrorKind::Server(ServerErrorKind::Moved | ServerErrorKind::CrossSlot), _) => {
            format!("it is part of a cluster ({text}): a queue needs a server of its own")
        }
        (_, Some("ERR")) if is_fault_of_script(text) => format!(
            "its content makes no sense ({text}): look at the keys calendar_webhooks:*, which only \
             calsync may write but for the lists calendar_webhooks:google and \
             calendar_webhooks:microsoft"
        ),
        _ => return None,
    };
    Some(reason)
}

/// Whether a script failed at what it found, not at the state of the server.
/// Servers before version 7 tell all that goes wrong in a script as `ERR`.
fn is_fault_of_script(text: &str) -> bool {
    const PASSING: [&str; 5] = [
        "OOM ",
        "MISCONF ",
        "NOREPLICAS ",
        "READONLY ",
        "MASTERDOWN ",
    ];
    text.contains("user_script") && !PASSING.iter().any(|code| text.contains(code))
}

/// What stands in the way for now, and the way out.
fn passing_reason(error: &RedisError, text: String) -> String {
    if error.is_timeout() {
        return "no answer in time: is it overloaded, or the way to it cut?".to_owned();
    }
    if text.contains("certificate") {
        return format!(
            "no connection ({text}): does this machine know the CA (package ca-certificates, \
             $SSL_CERT_FILE)?"
        );
    }
    if error.is_io_error() {
        return format!("no connection ({text}): is it running, and is queue.url right?");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn place() -> Place {
        Place {
            location: "redis://cache:6379".to_owned(),
            password: Some("s3cret".into()),
        }
    }

    fn server(code: &str, detail: &str) -> RedisError {
        redis::make_extension_error(code.to_owned(), Some(detail.to_owned()))
    }

    #[test]
    fn what_may_pass_is_unavailable() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let cases = [
            (refused.into(), "is queue.url right?"),
            (io::Error::from(io::ErrorKind::TimedOut).into(), "in time"),
            (
                io::Error::other("invalid peer certificate").into(),
                "$SSL_CERT_FILE",
            ),
            (server("OOM", "command not allowed"), "OOM"),
            (server("MISCONF", "snapshots fail"), "snapshots fail"),
            (server("ERR", "max number of clients reached"), "clients"),
            (
                server(
                    "ERR",
                    "Error running script: @user_script: 5: -OOM not allowed",
                ),
                "OOM",
            ),
        ];
        for (error, reason) in cases {
            let error = place().error(&error);
            assert!(matches!(error, QueueError::Unavailable { .. }), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
            assert!(error.to_string().contains("redis://cache:6379"), "{error}");
        }
    }

    #[test]
    fn what_a_person_has_to_change_is_unusable() {
        let denied = (
            ErrorKind::Server(ServerErrorKind::NoPerm),
            "no permissions to run LPUSH",
        );
        let cases = [
            (
                (ErrorKind::AuthenticationFailed, "failed").into(),
                "password",
            ),
            (server("NOAUTH", "Authentication required."), "password"),
            (denied.into(), "calendar_webhooks:*"),
            (server("WRONGTYPE", "wrong kind of value"), "something else"),
            (
                server("ERR", "user_script:7: attempt to compare nil"),
                "look at the keys",
            ),
        ];
        for (error, reason) in cases {
            let error = place().error(&error);
            assert!(matches!(error, QueueError::Unusable { .. }), "{error}");
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    #[test]
    fn a_password_that_is_quoted_is_not_told() {
        let quoted = server("ERR", "unknown command 'HELLO' with args 'AUTH' 's3cret'");
        let error = place().error(&quoted).to_string();
        assert!(error.contains("'AUTH' '***'"), "{error}");
    }
}
