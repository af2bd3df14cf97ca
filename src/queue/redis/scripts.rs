//! What must happen in one step, as scripts that Redis runs; and their keys.

use redis::{Script, ScriptInvocation};

use crate::model::account::ProviderKind;

/// The scripts.
pub(super) struct Scripts {
    claim: Script,
    ack: Script,
    bury: Script,
    give_back: Script,
    retry: Script,
    status: Script,
}

macro_rules! script {
    ($file:literal) => {
        Script::new(concat!(
            include_str!("scripts/records.lua"),
            include_str!($file)
        ))
    };
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            claim: script!("scripts/claim.lua"),
            ack: script!("scripts/ack.lua"),
            bury: script!("scripts/bury.lua"),
            give_back: script!("scripts/give_back.lua"),
            retry: script!("scripts/retry.lua"),
            status: script!("scripts/status.lua"),
        }
    }

    pub(super) fn claim(&self, provider: ProviderKind) -> ScriptInvocation<'_> {
        over(&self.claim, provider)
    }

    pub(super) fn ack(&self, provider: ProviderKind) -> ScriptInvocation<'_> {
        over(&self.ack, provider)
    }

    pub(super) fn bury(&self, provider: ProviderKind) -> ScriptInvocation<'_> {
        over(&self.bury, provider)
    }

    pub(super) fn give_back(&self, provider: ProviderKind) -> ScriptInvocation<'_> {
        over(&self.give_back, provider)
    }

    pub(super) fn retry(&self, provider: ProviderKind) -> ScriptInvocation<'_> {
        over(&self.retry, provider)
    }

    pub(super) fn status(&self, provider: ProviderKind) -> ScriptInvocation<'_> {
        over(&self.status, provider)
    }
}

/// A script over the keys of a provider, in the order in which `records.lua`
/// names them.
fn over(script: &Script, provider: ProviderKind) -> ScriptInvocation<'_> {
    let keys = Keys::of(provider);
    let mut call = script.prepare_invoke();
    call.key(keys.waiting)
        .key(keys.records)
        .key(keys.held)
        .key(keys.returned)
        .key(keys.order)
        .key(keys.dead)
        .key("calendar_webhooks:last_id");
    call
}

/// The keys of a provider.
pub(super) struct Keys {
    /// List: entries that were never claimed, the newest at its left end.
    /// Other programs push there.
    pub(super) waiting: &'static str,
    /// Hash: what was claimed, by id.
    pub(super) records: &'static str,
    /// Sorted set: ids by when their hold ends.
    pub(super) held: &'static str,
    /// Sorted set: ids of what was given back, by when it may be claimed.
    pub(super) returned: &'static str,
    /// Sorted set: ids of what was claimed, by age.
    pub(super) order: &'static str,
    /// Hash: what was put aside, by id.
    pub(super) dead: &'static str,
}

macro_rules! keys {
    ($waiting:literal) => {
        Keys {
            waiting: $waiting,
            records: concat!($waiting, ":records"),
            held: concat!($waiting, ":held"),
            returned: concat!($waiting, ":returned"),
            order: concat!($waiting, ":order"),
            dead: concat!($waiting, ":dead"),
        }
    };
}

impl Keys {
    pub(super) const fn of(provider: ProviderKind) -> Self {
        match provider {
            ProviderKind::Google => keys!("calendar_webhooks:google"),
            ProviderKind::Microsoft => keys!("calendar_webhooks:microsoft"),
        }
    }
}
