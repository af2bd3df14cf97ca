//! A stream that does not wait for ever: a client that sends the head of a
//! request too slowly, or nothing at all for too long, is cut off; and so is
//! one that rests while others need its room.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::futures::OwnedNotified;
use tokio::sync::{Notify, SetOnce};
use tokio::time::{Instant, Sleep, sleep};

use super::Shared;

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The rest of a request's head; at the beginning, all of it.
    Head = 0,
    /// Us: a request is being read and answered.
    Busy = 1,
    /// The next request.
    Idle = 2,
}

/// The stage of a connection, as its stream and who answers both know it.
#[derive(Debug, Default)]
pub(super) struct Phase {
    stage: AtomicU8,
    begun: SetOnce<()>,
}

impl Phase {
    /// The connection reached a stage.
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
        if stage == Stage::Busy {
            self.begun.set(()).ok();
        }
    }

    /// Returns once there was a request.
    pub(super) async fn begun(&self) {
        self.begun.wait().await;
    }

    fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Head,
            1 => Stage::Busy,
            _ => Stage::Idle,
        }
    }
}

/// A stream with patience.
pub(super) struct Patient<S> {
    stream: S,
    phase: Arc<Phase>,
    head_time: Duration,
    keep_alive: Duration,
    /// When the last request began to arrive.
    since: Instant,
    /// Wakes us no later than patience ends, in whatever stage we are then:
    /// nobody tells us when one begins.
    alarm: Pin<Box<Sleep>>,
    room: Arc<Notify>,
    /// While it rests, its place among those that do: who rests longest is
    /// told first.
    resting: Option<Pin<Box<OwnedNotified>>>,
}

impl<S> Patient<S> {
    /// A connection that begins.
    pub(super) fn new(stream: S, phase: Arc<Phase>, shared: &Shared) -> Self {
        let limits = &shared.limits;
        Self {
            stream,
            phase,
            head_time: limits.head_time,
            keep_alive: limits.keep_alive,
            since: Instant::now(),
            alarm: Box::pin(sleep(limits.head_time)),
            room: shared.room.clone(),
            resting: None,
        }
    }

    /// Bytes arrived: if none were expected, a request begins.
    fn received(&mut self) {
        self.resting = None;
        if self.phase.stage() == Stage::Idle {
            self.phase.enter(Stage::Head);
            self.since = Instant::now();
        }
    }

    /// Whether it rests, and others need its room more.
    fn is_in_the_way(&mut self, cx: &mut Context<'_>) -> bool {
        if self.phase.stage() != Stage::Idle {
            return false;
        }
        let room = &self.room;
        let rest = || Box::pin(room.clone().notified_owned());
        let resting = self.resting.get_or_insert_with(rest);
        resting.as_mut().poll(cx).is_ready()
    }

    /// Nothing can be done now: fails once that has lasted too long.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let end = self.end();
        if end.is_some_and(|end| end < self.alarm.deadline()) {
            self.set_alarm(end);
        }
        while self.alarm.as_mut().poll(cx).is_ready() {
            if end.is_some_and(|end| end <= Instant::now()) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.set_alarm(end);
        }
        Poll::Pending
    }

    /// When patience ends; never, while we ourselves are waited for.
    fn end(&self) -> Option<Instant> {
        match self.phase.stage() {
            Stage::Head => Some(self.since + self.head_time),
            Stage::Busy => None,
            Stage::Idle => Some(self.since + self.keep_alive),
        }
    }

    fn set_alarm(&mut self, end: Option<Instant>) {
        let end = end.unwrap_or_else(|| Instant::now() + self.keep_alive);
        self.alarm.as_mut().reset(end);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Pending if self.is_in_the_way(cx) => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => self.wait(cx),
            read => {
                if buf.filled().len() > before {
                    self.received();
                }
                read
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, buf) {
            Poll::Pending => self.wait(cx),
            written => written,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(cx, bufs) {
            Poll::Pending => self.wait(cx),
            written => written,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
