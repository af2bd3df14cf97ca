//! The names that a configuration may hold: the only list of them.

/// A section of the file, `[name]`.
#[derive(Debug)]
pub struct Section {
    /// What stands between the brackets.
    pub name: &'static str,
    /// Keys whose values may be shown.
    pub plain: &'static [&'static str],
    /// Keys whose values must never be shown, each followed by its `_file`
    /// twin, which names the file that holds the value.
    pub secret: &'static [&'static str],
}

impl Section {
    /// All keys of the section.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.plain.iter().chain(self.secret).copied()
    }

    /// Whether the value of this key must not be shown.
    pub(super) fn hides(&self, key: &str) -> bool {
        self.secret.contains(&key) && !key.ends_with("_file")
    }
}

/// Every section with every key.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "store",
        plain: &["url"],
        secret: &[],
    },
    Section {
        name: "queue",
        plain: &["url", "hold", "max_attempts"],
        secret: &[],
    },
    Section {
        name: "security",
        plain: &[],
        secret: &["encryption_key", "encryption_key_file"],
    },
    Section {
        name: "google",
        plain: &[
            "client_id",
            "api_url",
            "auth_url",
            "token_url",
            "revoke_url",
        ],
        secret: &["client_secret", "client_secret_file"],
    },
    Section {
        name: "microsoft",
        plain: &[
            "client_id",
            "tenant",
            "api_url",
            "auth_url",
            "device_url",
            "token_url",
        ],
        secret: &["client_secret", "client_secret_file"],
    },
    Section {
        name: "webhooks",
        plain: &["public_url", "listen", "body_limit"],
        secret: &[
            "secret",
            "secret_file",
            "api_jwt_secret",
            "api_jwt_secret_file",
            "service_token",
            "service_token_file",
        ],
    },
    Section {
        name: "sync",
        plain: &[
            "past_days",
            "future_days",
            "concurrency",
            "per_account_concurrency",
            "mass_delete_limit",
            "request_timeout",
            "cycle_time_limit",
        ],
        secret: &[],
    },
    Section {
        name: "cleanup",
        plain: &[
            "events_after_days",
            "conflicts_after_days",
            "status_after_days",
            "runs_after_days",
        ],
        secret: &[],
    },
    Section {
        name: "hooks",
        plain: &["account_attention"],
        secret: &[],
    },
    Section {
        name: "metrics",
        plain: &["textfile_dir"],
        secret: &[],
    },
];

/// The section of this name.
pub(super) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name == name)
}

/// The name most like a mistyped one, if any is like it at all.
pub(super) fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (strsim::jaro_winkler(typed, name), *name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
