//! `calsync keygen`.

use serde::Serialize;

use super::output::Output;
use crate::store::EncryptionKey;
use secrecy::ExposeSecret;

/// Print a new encryption key
///
/// 32 random bytes in base64, for security.encryption_key. Keep a copy of it:
/// without the key the stored tokens cannot be read.
#[derive(Debug, clap::Args)]
pub struct Keygen {}

#[derive(Serialize)]
struct Key<'a> {
    encryption_key: &'a str,
}

impl Keygen {
    /// Runs the command.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn run(&self, out: Output) -> anyhow::Result<()> {
        let key = EncryptionKey::generate().to_base64();
        let key = key.expose_secret();
        Ok(out.value(
            &Key {
                encryption_key: key,
            },
            key,
        )?)
    }
}
