//! `calsync migrate`.

use serde::Serialize;

use super::output::Output;
use crate::context::Context;

/// Bring the store to the newest schema version
///
/// Every command does this when it opens the store; this one does nothing
/// else.
#[derive(Debug, clap::Args)]
pub struct Migrate {}

#[derive(Serialize)]
struct Migrated {
    found_version: u32,
    version: u32,
}

impl Migrate {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        let opened = cx.opened().await?;
        let (found_version, version) = (opened.found_version, opened.version);
        let text = match found_version {
            0 => format!("store created with schema version {version}"),
            found if found == version => format!("store has schema version {version}, the newest"),
            found => format!("store migrated from schema version {found} to {version}"),
        };
        Ok(out.value(
            &Migrated {
                found_version,
                version,
            },
            &text,
        )?)
    }
}
