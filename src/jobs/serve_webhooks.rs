//! `calsync serve-webhooks`: the receiver. It is no job with a lease: several
//! may run, and none of them is a cycle.

mod arrivals;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::arrivals::take_in;
use crate::config::{WebhooksConfig, duration_of};
use crate::context::{Context, read_clock};
use crate::queue::QueueError;
use crate::server::{
    self, Arrival, Backends, Callers, Consents, Limits, Parts, Receiver, Server, Slot, Sockets,
    keeps_cookies,
};
use crate::store::StoreError;

/// How long to wait before the store or the queue is opened again: longer each
/// time, up to the second of the two.
const AGAIN: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(10);

/// Consents that may wait to be made accounts of.
const ARRIVALS: usize = 64;

/// Receive what the providers post, queue and answer it
///
/// Runs until it is asked to stop. Listens on the socket that systemd passes,
/// else on webhooks.listen; the providers reach it through a proxy that speaks
/// https. Several receivers may run.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync serve-webhooks                          listen on webhooks.listen
  calsync serve-webhooks --listen 127.0.0.1:9000  listen there
  calsync serve-webhooks --idle-exit 10m          end when nobody asks; for a systemd socket")]
pub struct ServeWebhooks {
    /// Address to listen on, instead of webhooks.listen
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// End after this time without a request, as 10m: systemd starts it again
    #[arg(long, value_name = "DURATION", value_parser = duration_of)]
    pub idle_exit: Option<Duration>,
}

impl ServeWebhooks {
    /// The target under which it says in the log when it starts and ends.
    pub const TARGET: &str = server::TARGET;

    /// Receives until the context is asked to stop.
    ///
    /// # Errors
    /// When the configuration lacks something, there is nothing to listen on,
    /// or the queue can never be used.
    pub async fn run(&self, cx: &Context) -> anyhow::Result<()> {
        // Before anything runs beside it that might read the environment.
        let passed = Sockets::passed()?;
        let config = &cx.config.webhooks;
        let signer = cx.signer()?;
        let sockets = self.sockets(passed, config).await?;
        let backends = Arc::new(Backends::default());
        let (arrivals, arriving) = mpsc::channel(ARRIVALS);
        let receiver = Receiver::new(Parts {
            signer,
            callers: callers(config),
            consents: consents(cx, arrivals).await,
            limits: Limits::with_body(config.body_limit),
            now: read_clock,
            backends: backends.clone(),
        });
        let server = Server {
            receiver: receiver.clone(),
            sockets,
            idle_exit: self.idle_exit,
        };
        cx.stop_on_signals();
        let (closed, begun) = (CancellationToken::new(), Instant::now());
        receiver.started();
        let serve = async {
            server.run(&cx.stop).await;
            closed.cancel();
        };
        let ended = tokio::select! {
            ((), ()) = async { tokio::join!(serve, take_in(cx, arriving, &closed)) } => Ok(()),
            broken = bring(cx, &backends) => broken.map(|never| match never {}),
        };
        receiver.ended(begun.elapsed());
        ended
    }

    async fn sockets(
        &self,
        passed: Option<Sockets>,
        config: &WebhooksConfig,
    ) -> anyhow::Result<Sockets> {
        if let Some(passed) = passed {
            if self.listen.is_some() {
                tracing::warn!("systemd passed a socket, which goes before --listen");
            }
            return Ok(passed);
        }
        if self.idle_exit.is_some() {
            tracing::warn!(
                "systemd passed no socket: after --idle-exit nobody will start the receiver again"
            );
        }
        Ok(Sockets::bind(self.listen.unwrap_or(config.listen)).await?)
    }
}

fn callers(config: &WebhooksConfig) -> Callers {
    let (jwt, service) = (&config.api_jwt_secret, &config.service_token);
    let callers = Callers::new(jwt.as_ref(), service.as_ref());
    if !callers.any() {
        tracing::info!(
            "schedules are not taken: neither webhooks.api_jwt_secret nor webhooks.service_token \
             is set"
        );
    }
    callers
}

/// What connecting accounts takes: an address that browsers reach, and a
/// provider that knows us.
async fn consents(cx: &Context, arrivals: mpsc::Sender<Arrival>) -> Option<Consents> {
    let public_url = cx
        .config
        .webhooks
        .public_url
        .clone()
        .filter(keeps_cookies)?;
    let providers = cx.providers().await.ok()?.clone();
    Some(Consents::new(public_url, providers, arrivals))
}

/// Opens the queue and the store, however long that takes. Without a queue the
/// receiver is good for nothing; without a store only schedules are not taken,
/// whatever is wrong with it.
async fn bring(cx: &Context, backends: &Backends) -> anyhow::Result<Infallible> {
    let queue = async || Ok(cx.queue().await?.clone());
    let store = async || Ok(cx.store().await?.clone());
    tokio::try_join!(
        async {
            patiently("queue", &backends.queue, is_away, queue).await?;
            warn_of_risks(cx).await
        },
        patiently("store", &backends.store, |_| true, store),
    )?;
    std::future::pending().await
}

/// Opens something, again and again while that may help.
async fn patiently<T>(
    part: &str,
    slot: &Slot<T>,
    may_help: fn(&anyhow::Error) -> bool,
    open: impl AsyncFn() -> anyhow::Result<T>,
) -> anyhow::Result<()> {
    let (mut told, mut pause) = (String::new(), AGAIN);
    loop {
        match open().await {
            Err(error) if may_help(&error) => {
                let text = format!("{error:#}");
                match text == told {
                    true => {}
                    false if is_away(&error) => {
                        tracing::warn!("the {part} cannot be opened yet: {text}");
                    }
                    false => tracing::error!("the {part} cannot be opened: {text}"),
                }
                told = text;
                slot.note_away();
                tokio::time::sleep(pause).await;
                pause = SELDOM.min(pause * 2);
            }
            opened => return opened.map(|it| slot.bring(it)),
        }
    }
}

async fn warn_of_risks(cx: &Context) -> anyhow::Result<()> {
    for risk in cx.queue().await?.risks().await {
        tracing::warn!("the queue may lose notifications: {risk}");
    }
    Ok(())
}

/// Whether it may be there later.
fn is_away(error: &anyhow::Error) -> bool {
    let queue = error.downcast_ref::<QueueError>();
    let store = error.downcast_ref::<StoreError>();
    matches!(queue, Some(QueueError::Unavailable { .. }))
        || matches!(store, Some(StoreError::Unavailable { .. }))
}
