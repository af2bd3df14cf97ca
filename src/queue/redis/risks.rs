//! Settings of a server that do not suit a queue.

use std::collections::HashMap;

use redis::Pipeline;

/// Settings by name, as they are asked for one after the other.
pub(super) type Settings = Vec<HashMap<String, String>>;

/// Asks for the settings that matter.
pub(super) fn question() -> Pipeline {
    let mut pipeline = Pipeline::new();
    for name in ["maxmemory-policy", "appendonly", "save"] {
        pipeline.cmd("CONFIG").arg("GET").arg(name);
    }
    pipeline
}

/// What may lose entries, and the way out.
pub(super) fn of(settings: &Settings) -> Vec<String> {
    let is = |name: &str, value: &str| {
        let found = settings.iter().find_map(|setting| setting.get(name));
        found.map(|found| found == value)
    };
    let mut risks = Vec::new();
    if is("maxmemory-policy", "noeviction") == Some(false) {
        risks.push(
            "Redis removes keys when its memory is full: set maxmemory-policy noeviction"
                .to_owned(),
        );
    }
    if is("appendonly", "no") == Some(true) && is("save", "") == Some(true) {
        risks.push("Redis keeps nothing on disk: set appendonly yes".to_owned());
    }
    risks
}
