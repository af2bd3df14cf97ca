//! A consent in a browser of this machine.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::time::timeout;
use url::Url;

use crate::context::Context;
use crate::operator::output::Output;
use crate::provider::{
    ConsentAnswer, ConsentCode, ConsentRequest, Granted, Permission, Provider, Verifier, new_state,
};
use crate::server::Loopback;

/// How long to wait for the person.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What opens a page in the browser of a desktop.
const OPENER: &str = "xdg-open";

/// Sends a browser to the provider and exchanges the code that it comes back
/// with.
pub(super) async fn granted(
    cx: &Context,
    out: Output,
    provider: &dyn Provider,
    wanted: Permission,
) -> anyhow::Result<Granted> {
    let loopback = Loopback::bind().await;
    let loopback = loopback.context("no port is free for the browser to come back to")?;
    let port = loopback.port();
    let redirect = provider.loopback(port);
    let (state, verifier) = (new_state(), Verifier::generate());
    let url = provider.consent_url(&ConsentRequest {
        redirect: &redirect,
        state: &state,
        verifier: &verifier,
        wanted,
    })?;
    out.tell(&invitation(&url, port, open(&url)));
    let answer = timeout(PATIENCE, loopback.answer(&state)).await;
    let answer = answer.context("nobody allowed it in time: nothing was connected")?;
    let code = match answer? {
        ConsentAnswer::Code(code) => code,
        ConsentAnswer::Refused(code) => {
            bail!("it was not allowed ({code}): nothing was connected")
        }
        ConsentAnswer::Foreign | ConsentAnswer::Other => bail!(
            "the browser brought an answer to another request (wrong state): nothing was \
             connected, run it again"
        ),
    };
    let code = ConsentCode {
        code: &code,
        redirect: &redirect,
        verifier: &verifier,
        wanted,
    };
    Ok(provider.redeem(&code, cx.clock.now()).await?)
}

fn invitation(url: &Url, port: u16, opened: bool) -> String {
    let first = if opened {
        "The provider's page opens in your browser. If it does not, open it yourself:"
    } else {
        "Open this page in a browser of this machine:"
    };
    format!(
        "{first}\n\n  {url}\n\nWaiting for the answer on port {port}; Ctrl-C ends it. With a \
         browser on another machine, first run there: ssh -L {port}:127.0.0.1:{port} THIS-MACHINE"
    )
}

/// Has the desktop open a page, if there is one.
fn open(url: &Url) -> bool {
    let is_desktop = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if !is_desktop {
        return false;
    }
    let opener = Command::new(OPENER)
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    opener.is_ok()
}
