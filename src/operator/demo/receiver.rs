//! The receiver of a demo: what the models tell of arrives there, over HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::context::{Context, read_clock};
use crate::provider::Signer;
use crate::sandbox::Sandbox;
use crate::server::{Backends, Callers, Limits, Parts, Receiver, Server, Sockets};

/// Where the models believe the receiver to be.
pub(super) const PUBLIC_URL: &str = "https://calsync.example";

/// What proves that notifications are meant for it.
pub(super) const SECRET: &str = "known to this demo alone";

/// A receiver at work.
pub(super) struct Receiving {
    stop: CancellationToken,
    server: JoinHandle<()>,
}

impl Receiving {
    /// Starts on a free port, to which the models are led.
    pub(super) async fn start(cx: &Context, sandbox: &Sandbox) -> anyhow::Result<Self> {
        let backends = Arc::new(Backends::default());
        backends.queue.bring(cx.queue().await?.clone());
        backends.store.bring(cx.store().await?.clone());
        let receiver = Receiver::new(Parts {
            signer: Signer::new(&SECRET.into()),
            callers: Callers::new(None, None),
            consents: None,
            limits: Limits::with_body(cx.config.webhooks.body_limit),
            now: read_clock,
            backends,
        });
        let sockets = Sockets::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = sockets.addresses().into_iter().next();
        let address = address.context("the receiver has no address")?;
        let place = address.trim_start_matches("http://").parse()?;
        sandbox.route(PUBLIC_URL, place);
        let server = Server {
            receiver,
            sockets,
            idle_exit: None,
        };
        let stop = cx.stop.child_token();
        let stopped = stop.clone();
        let server = tokio::spawn(async move { server.run(&stopped).await });
        Ok(Self { stop, server })
    }

    /// Stops when what is in flight has been answered.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        // One that has ended already has nothing left to stop.
        self.server.await.ok();
    }
}
