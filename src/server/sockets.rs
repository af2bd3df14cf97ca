//! Where the receiver listens: on the sockets that systemd passes, else on an
//! address of its own.

use std::io;
use std::net::SocketAddr;

use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener};

/// What cannot be listened on, and why.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {on}: {reason}; {way_out}")]
pub struct ListenError {
    on: String,
    reason: io::Error,
    way_out: &'static str,
}

/// Sockets that listen.
#[derive(Default)]
pub struct Sockets {
    pub(super) tcp: Vec<TcpListener>,
    pub(super) unix: Vec<UnixListener>,
}

impl Sockets {
    /// The sockets that systemd passed to this process, if any.
    ///
    /// # Errors
    /// When one cannot be listened on.
    pub fn passed() -> Result<Option<Self>, ListenError> {
        let mut passed = ListenFd::from_env();
        let mut sockets = Self::default();
        for index in 0..passed.len() {
            let taken = sockets.take(&mut passed, index);
            taken.map_err(|reason| ListenError {
                on: format!("socket {index} of those that systemd passed"),
                reason,
                way_out: "pass stream sockets that listen (ListenStream=)",
            })?;
        }
        Ok((passed.len() > 0).then_some(sockets))
    }

    fn take(&mut self, passed: &mut ListenFd, index: usize) -> io::Result<()> {
        if let Ok(Some(socket)) = passed.take_unix_listener(index) {
            socket.set_nonblocking(true)?;
            self.unix.push(UnixListener::from_std(socket)?);
        } else if let Some(socket) = passed.take_tcp_listener(index)? {
            socket.set_nonblocking(true)?;
            self.tcp.push(TcpListener::from_std(socket)?);
        }
        Ok(())
    }

    /// A socket of our own.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let bound = TcpListener::bind(address).await;
        let listener = bound.map_err(|reason| ListenError {
            on: address.to_string(),
            reason,
            way_out: "give another address with --listen or webhooks.listen",
        })?;
        Ok(Self {
            tcp: vec![listener],
            ..Self::default()
        })
    }

    /// Their addresses, as URLs where they have one.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let tcp = self.tcp.iter().map(|socket| {
            let address = socket.local_addr().map(|address| address.to_string());
            format!("http://{}", address.unwrap_or_default())
        });
        let unix = self.unix.iter().map(|socket| {
            let address = socket.local_addr().ok();
            let path = address.as_ref().and_then(|address| address.as_pathname());
            format!("unix:{}", path.unwrap_or("".as_ref()).display())
        });
        tcp.chain(unix).collect()
    }
}
