//! A consent in a browser of another machine, by a code that is entered there.

use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};

use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::operator::output::{Output, plain};
use crate::provider::{Granted, Permission, Poll, Provider, ProviderError};

/// How much longer to wait when we ask too often (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// Shows the code and waits until somebody entered it.
pub(super) async fn granted(
    cx: &Context,
    out: Output,
    provider: &dyn Provider,
    wanted: Permission,
) -> anyhow::Result<Granted> {
    let Some(mut device) = provider.device_code(wanted).await? else {
        return Err(WrongArgument(
            "this provider gives no access to calendars with --device; use `calsync connect` \
             without it, or with --link"
                .to_owned(),
        )
        .into());
    };
    let minutes = device.lifetime.as_secs() / 60;
    out.tell(&format!(
        "Open {} in a browser and enter the code\n\n  {}\n\nWaiting for {minutes} minutes at most; \
         Ctrl-C ends it.",
        plain(&device.verification_url),
        plain(&device.user_code)
    ));
    let end = Instant::now() + device.lifetime;
    loop {
        sleep(device.interval).await;
        match provider.poll(&device, cx.clock.now()).await {
            Ok(Poll::Granted(granted)) => return Ok(*granted),
            Ok(Poll::Declined) => bail!("it was not allowed: nothing was connected"),
            Ok(Poll::SlowDown) => device.interval += SLOWER,
            // An outage may pass before the code does.
            Ok(Poll::Pending) | Err(ProviderError::Unavailable { .. }) if Instant::now() < end => {}
            Ok(Poll::Pending | Poll::Expired) => {
                bail!("nobody entered the code in time: nothing was connected, run it again")
            }
            Err(error) => return Err(error.into()),
        }
    }
}
