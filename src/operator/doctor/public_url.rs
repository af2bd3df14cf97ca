//! The address for notifications: whether it leads to a receiver of ours.

use url::Url;

use super::check::Check;
use super::{Known, transport};
use crate::config::WebhooksConfig;
use crate::context::Context;
use crate::provider::{Probe, ProviderError, Routed, Signer};

const NAME: &str = "public_url";

pub(super) async fn look(cx: &Context, known: &Known) -> Check {
    let webhooks = &cx.config.webhooks;
    let Some(public_url) = &webhooks.public_url else {
        return unset(known);
    };
    let Some(secret) = &webhooks.secret else {
        let advice = "set webhooks.secret to a long random text (`calsync keygen` makes one)";
        return Check::fail(NAME, "webhooks.secret is not set", advice);
    };
    let probe = Probe::new(transport());
    let routed = probe.greet(public_url, &Signer::new(secret)).await;
    judge(public_url, &routed, webhooks)
}

fn unset(known: &Known) -> Check {
    if known.accounts.is_empty() {
        return Check::skip(NAME, "webhooks.public_url is not set");
    }
    Check::warn(
        NAME,
        "webhooks.public_url is not set: changes are found by polling alone",
        "to be told of changes, set it to an https address that is passed on to `calsync \
         serve-webhooks`",
    )
}

fn judge(url: &Url, routed: &Result<Routed, ProviderError>, webhooks: &WebhooksConfig) -> Check {
    let listen = webhooks.listen;
    match routed {
        Ok(Routed::Ours) if url.scheme() != "https" => Check::warn(
            NAME,
            format!("{url} leads to this receiver, but is not https"),
            "the providers deliver to https alone: have a proxy speak it, and change the address",
        ),
        Ok(Routed::Ours) => Check::ok(NAME, format!("{url} leads to this receiver")),
        Ok(Routed::OtherSecret) => Check::fail(
            NAME,
            format!("who answers at {url} refuses what is signed with webhooks.secret"),
            "give the receiver the same webhooks.secret and restart `calsync serve-webhooks`, or \
             have the proxy pass /webhooks/ on to the right one",
        ),
        Ok(Routed::Stranger(status @ 502..=504)) => Check::fail(
            NAME,
            format!("{url} answers with HTTP {status}: the receiver behind it does not"),
            format!(
                "start `calsync serve-webhooks`; the proxy has to pass /webhooks/ on to {listen}"
            ),
        ),
        Ok(Routed::Stranger(status)) => Check::fail(
            NAME,
            format!("something else answers at {url} (HTTP {status})"),
            format!("have the proxy there pass /webhooks/ on to {listen} (webhooks.listen)"),
        ),
        Err(error) => Check::fail(
            NAME,
            format!("{url}: {error}"),
            format!(
                "look at the name, the certificate and the proxy; it has to pass /webhooks/ on to \
                 {listen}, where `calsync serve-webhooks` listens"
            ),
        ),
    }
}
