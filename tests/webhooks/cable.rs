//! The cable between the providers and a receiver, which dies after so many
//! bytes went through it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::support::serving::send;

/// Which bytes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Requests,
    Answers,
}

/// When the receiver dies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) way: Way,
    pub(crate) bytes: u64,
    /// Connections at once.
    pub(crate) at_once: usize,
}

/// A receiver and the bytes that are left to it.
struct Life {
    receiver: u32,
    point: Point,
    left: Mutex<u64>,
    connections: Semaphore,
}

/// A cable that is cut when this is dropped.
pub(crate) struct Cable {
    pub(crate) address: SocketAddr,
    work: JoinHandle<()>,
}

impl Cable {
    /// Leads to a receiver, which is killed at the point.
    pub(crate) async fn to(receiver: u32, address: SocketAddr, point: Point) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let here = listener.local_addr().unwrap();
        let life = Arc::new(Life {
            receiver,
            point,
            left: Mutex::new(point.bytes),
            connections: Semaphore::new(point.at_once),
        });
        let work = async move {
            while let Ok((from, _)) = listener.accept().await {
                tokio::spawn(carry(from, address, life.clone()));
            }
        };
        Self {
            address: here,
            work: tokio::spawn(work),
        }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.work.abort();
    }
}

async fn carry(from: TcpStream, address: SocketAddr, life: Arc<Life>) {
    let _one = life.connections.acquire().await.unwrap();
    let Ok(to) = TcpStream::connect(address).await else {
        return;
    };
    let ((asked, answer), (answered, ask)) = (from.into_split(), to.into_split());
    tokio::select! {
        () = pump(asked, ask, &life, Way::Requests) => {}
        () = pump(answered, answer, &life, Way::Answers) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, life: &Life, way: Way) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let passes = life.spend(way, read);
        if to.write_all(&buffer[..passes]).await.is_err() || passes < read {
            return;
        }
    }
}

impl Life {
    /// How many of these bytes may pass; the last one is deadly.
    fn spend(&self, way: Way, bytes: usize) -> usize {
        if way != self.point.way {
            return bytes;
        }
        let mut left = self.left.lock().unwrap();
        let passes = bytes.min(usize::try_from(*left).unwrap());
        if passes > 0 {
            *left -= passes as u64;
            if *left == 0 {
                assert!(send(self.receiver, "KILL"));
            }
        }
        passes
    }
}
