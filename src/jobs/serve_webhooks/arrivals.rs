//! What becomes of the consents that the receiver was brought: accounts, their
//! calendars and watches.

use futures_util::{StreamExt, stream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use crate::context::{Context, read_clock};
use crate::jobs::heartbeat::with_heartbeat_of;
use crate::provider::{ConsentCode, ProviderError};
use crate::server::{Arrival, Arrived, Invitation};
use crate::store::StoreError;
use crate::sync::clock::Clock;
use crate::sync::{Linked, Sync};

/// Accounts that are visited for the first time at once, which may take
/// minutes.
const VISITS: usize = 4;

/// Consents that are looked after at once: a code does not live for long.
const AT_ONCE: usize = 64;

/// Makes accounts of consents until it is closed; then those that came are
/// still looked after.
pub(super) async fn take_in(cx: &Context, arrivals: Receiver<Arrival>, closed: &CancellationToken) {
    let visits = Semaphore::new(VISITS);
    let arrivals = stream::unfold(arrivals, async |mut arrivals| {
        let arrival = tokio::select! {
            arrival = arrivals.recv() => arrival,
            () = closed.cancelled() => {
                arrivals.close();
                arrivals.recv().await
            }
        };
        Some((arrival?, arrivals))
    });
    arrivals
        .for_each_concurrent(AT_ONCE, |arrival| connect(cx, &visits, arrival))
        .await;
}

/// Whoever waits for the page is told as soon as the account is stored; its
/// calendars come after that. What is not done then is done by the next cycles
/// of the jobs.
async fn connect(cx: &Context, visits: &Semaphore, arrival: Arrival) {
    let owner = uuid::Uuid::now_v7().to_string();
    let clock = Clock::at(read_clock());
    let (provider, user) = (arrival.invitation.provider, arrival.invitation.user.clone());
    let visit = visit(cx, clock, &owner, visits, arrival);
    if let Err(error) = with_heartbeat_of(cx, clock, &owner, visit).await {
        tracing::warn!(
            %provider, user.id = %user,
            "an account is not connected, or not yet read: {error:#}"
        );
    }
}

async fn visit(
    cx: &Context,
    clock: Clock,
    owner: &str,
    visits: &Semaphore,
    arrival: Arrival,
) -> anyhow::Result<()> {
    let (reply, _busy) = (arrival.reply, arrival.busy);
    let invitation = arrival.invitation;
    let code = ConsentCode {
        code: &arrival.code,
        redirect: &arrival.redirect,
        verifier: &arrival.verifier,
        wanted: invitation.wanted,
    };
    let begun = begin(cx, clock, owner, &invitation, &code).await;
    let (sync, linked) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            reply.send(Arrived::Failed(public(&error))).ok();
            return Err(error);
        }
    };
    let arrived = Arrived::Connected {
        email: linked.account.email.clone(),
        missing: linked.missing.clone(),
        is_usable: linked.is_usable(),
    };
    // The browser may have gone; the account is there all the same.
    reply.send(arrived).ok();
    let turn = visits.acquire().await;
    let read = read(cx, &sync, &linked).await;
    drop(turn);
    sync.close().await;
    read
}

/// Exchanges the code and stores what came for it.
async fn begin(
    cx: &Context,
    clock: Clock,
    owner: &str,
    invitation: &Invitation,
    code: &ConsentCode<'_>,
) -> anyhow::Result<(Sync, Linked)> {
    let callbacks = cx.callbacks().await?;
    let sync = cx.sync_at(clock, owner, callbacks).await?;
    let adapter = cx.providers().await?.of(invitation.provider);
    let granted = adapter.redeem(code, clock.now()).await?;
    let (provider, user, wanted) = (invitation.provider, &invitation.user, invitation.wanted);
    let linked = sync.link(provider, user, granted, wanted).await?;
    Ok((sync, linked))
}

/// Reads the calendars of a new account.
async fn read(cx: &Context, sync: &Sync, linked: &Linked) -> anyhow::Result<()> {
    if !linked.is_usable() {
        return Ok(());
    }
    let user = &linked.account.user_id;
    let preferences = cx.store().await?.preferences_find(user).await?;
    let connected = sync.connect(&linked.account, &preferences).await?;
    for failure in &connected.report.failures {
        let calendar = failure.calendar_id.as_ref().map(tracing::field::display);
        tracing::warn!(
            account.id = %linked.account.id, calendar.id = calendar, kind = failure.kind,
            "not all of a new account is read yet"
        );
    }
    Ok(())
}

/// What the person may be told of an error.
fn public(error: &anyhow::Error) -> String {
    if let Some(error) = error.downcast_ref::<ProviderError>() {
        return match error {
            ProviderError::ReauthRequired { reason } => {
                format!("the provider does not take the code ({reason})")
            }
            other => other.to_string(),
        };
    }
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::NoSuch(_)) => "the user is not known here".to_owned(),
        _ => "it cannot be stored now".to_owned(),
    }
}
