//! Our registrations at the providers.

use futures_util::future::join_all;
use tokio::time::timeout;

use super::check::Check;
use super::{Known, PATIENCE, transport};
use crate::context::Context;
use crate::model::account::{Account, AccountStatus, ProviderKind};
use crate::operator::output::counted;
use crate::provider::{ClientCheck, Providers};

pub(super) async fn look(cx: &Context, known: &Known) -> Vec<Check> {
    let providers = cx.providers_over(transport());
    let Ok(providers) = &providers else {
        return none(known);
    };
    let each = ProviderKind::ALL.map(|kind| one(cx, known, providers, kind));
    join_all(each).await
}

/// No provider is configured.
fn none(known: &Known) -> Vec<Check> {
    let missing: Vec<_> = ProviderKind::ALL
        .into_iter()
        .filter(|kind| number(known, *kind) > 0)
        .map(|kind| unregistered(known, kind))
        .collect();
    if !missing.is_empty() {
        return missing;
    }
    vec![Check::warn(
        "client",
        "no provider is configured",
        "register an OAuth client at Google or Microsoft (README) and set google.client_id or \
         microsoft.client_id, with its client_secret",
    )]
}

async fn one(cx: &Context, known: &Known, providers: &Providers, kind: ProviderKind) -> Check {
    if cx.client_id(kind).is_none() {
        return unregistered(known, kind);
    }
    let name = name(kind);
    match timeout(PATIENCE, providers.of(kind).check_client()).await {
        Ok(ClientCheck::Known) => Check::ok(&name, "the provider knows it"),
        Ok(ClientCheck::Refused(code)) => {
            let advice = format!(
                "compare {kind}.client_id and {kind}.client_secret with the registration at the \
                 provider"
            );
            Check::fail(&name, format!("the provider refuses it ({code})"), advice)
        }
        Ok(ClientCheck::Unclear(why)) => unclear(kind, &why),
        Err(_) => unclear(kind, "no answer in time"),
    }
}

fn unclear(kind: ProviderKind, why: &str) -> Check {
    Check::warn(
        &name(kind),
        format!("it cannot be told whether the provider knows it ({why})"),
        format!("look at {kind}.token_url, then try again"),
    )
}

fn unregistered(known: &Known, kind: ProviderKind) -> Check {
    match number(known, kind) {
        0 => Check::skip(&name(kind), "not configured, and no account needs it"),
        number => Check::fail(
            &name(kind),
            format!("not configured, and {} need it", counted(number, "account")),
            format!("set {kind}.client_id and {kind}.client_secret"),
        ),
    }
}

fn number(known: &Known, kind: ProviderKind) -> u64 {
    let accounts = known.accounts.iter();
    let in_use = |account: &&Account| !matches!(account.status, AccountStatus::Disabled { .. });
    let of_kind = accounts.filter(|account| account.provider == kind);
    of_kind.filter(in_use).count() as u64
}

fn name(kind: ProviderKind) -> String {
    format!("{kind} client")
}
