//! The configuration: which file, and what is the matter with it.

use super::check::Check;
use crate::config::{Config, ConfigError};

const NAME: &str = "configuration";

pub(super) fn look(config: &Config) -> Check {
    let found = match &config.file {
        Some(file) => file.display().to_string(),
        None => "no file: defaults and the environment".to_owned(),
    };
    match &config.warnings[..] {
        [] => Check::ok(NAME, found),
        warnings => Check::warn(NAME, found, warnings.join("\n")),
    }
}

pub(super) fn broken(error: &ConfigError) -> Check {
    let advice = "mend it there; config.example.toml describes every setting";
    Check::fail(NAME, error, advice)
}
