//! Notifications on their way to receivers: real HTTP/1.1 POSTs.
//!
//! The models demand https addresses, as the real services do;
//! [`Sandbox::route`](super::Sandbox::route) says where such a host is on this
//! machine. Edits hand POSTs over without waiting; a task delivers them, some
//! at a time. What a receiver could not take is kept until somebody says that
//! it is time to try again: no clock decides that here.

mod courier;
mod mishap;
mod post;
mod routes;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::log::Log;
use courier::Courier;

pub use mishap::Mishap;
pub(in crate::sandbox) use mishap::{Mishaps, Notice, forged};
pub use post::Sent;
pub(in crate::sandbox) use post::{Post, Reply, Retry};
pub(in crate::sandbox) use routes::Routes;

/// POSTs under way at once.
const AT_ONCE: usize = 8;

/// The sending side of a model; clones are the same one.
#[derive(Clone)]
pub(super) struct Push(Arc<Inner>);

struct Inner {
    courier: Courier,
    queue: mpsc::UnboundedSender<(Post, UnderWay)>,
    under_way: Arc<watch::Sender<usize>>,
    records: Mutex<Records>,
}

#[derive(Default)]
struct Records {
    log: Log<Sent, ()>,
    /// What is to be sent again.
    kept: Vec<Post>,
}

impl Push {
    /// Starts the task that delivers; it ends with `stop`.
    pub(super) fn start(routes: Routes, stop: CancellationToken) -> Self {
        let (queue, posts) = mpsc::unbounded_channel();
        let push = Self(Arc::new(Inner {
            courier: Courier::new(routes),
            queue,
            under_way: Arc::new(watch::Sender::new(0)),
            records: Mutex::default(),
        }));
        let work = push.clone().deliver_all(posts);
        tokio::spawn(async move { stop.run_until_cancelled(work).await });
        push
    }

    /// Hands a POST over for delivery.
    pub(super) fn queue(&self, post: Post) {
        // Nobody listens any more once the sandbox has stopped.
        self.0.queue.send((post, self.under_way())).ok();
    }

    /// Delivers a POST at once; `None`: no answer came.
    pub(super) async fn deliver(&self, post: Post) -> Option<Reply> {
        let _under_way = self.under_way();
        let number = self.with(|records| records.log.arrive("", Sent::of(&post)));
        let reply = self.0.courier.deliver(&post).await;
        let status = reply.as_ref().map(|reply| reply.status);
        self.with(|records| {
            records.log.leave("", number, status);
            if post.retry.wanted(status) {
                records.kept.push(post);
            }
        });
        reply
    }

    /// Returns when nothing is under way; what is kept or held is not.
    pub(super) async fn settle(&self) {
        let mut under_way = self.0.under_way.subscribe();
        // The sender lives as long as `self`.
        under_way.wait_for(|count| *count == 0).await.ok();
    }

    /// Sends again what receivers could not take, and waits for it; how many.
    pub(super) async fn redeliver(&self, now: DateTime<Utc>) -> usize {
        let mut again = self.with(|records| std::mem::take(&mut records.kept));
        again.retain(|post| !post.retry.is_over(now));
        let count = again.len();
        again.into_iter().for_each(|post| self.queue(post));
        self.settle().await;
        count
    }

    /// Every POST since the last [`Push::clear`], oldest first.
    pub(super) fn sent(&self) -> Vec<Sent> {
        self.with(|records| records.log.entries())
    }

    /// Forgets what was sent; what is kept stays kept.
    pub(super) fn clear(&self) {
        self.with(|records| records.log.clear());
    }

    async fn deliver_all(self, mut posts: mpsc::UnboundedReceiver<(Post, UnderWay)>) {
        let push = &self;
        stream::poll_fn(|cx| posts.poll_recv(cx))
            .for_each_concurrent(AT_ONCE, |(post, _under_way)| async move {
                push.deliver(post).await;
            })
            .await;
    }

    fn under_way(&self) -> UnderWay {
        self.0.under_way.send_modify(|count| *count += 1);
        UnderWay(self.0.under_way.clone())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Records) -> T) -> T {
        work(
            &mut self
                .0
                .records
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

/// Something that is not over until this is dropped.
struct UnderWay(Arc<watch::Sender<usize>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
