//! From the providers to the timeline by real processes, any of which may die
//! at any point: receiver, drain, renewal, Redis.
//!
//! A story is a function that is given a house over some queue; `stories!`
//! runs all of them over both queues. What an assertion says begins with the
//! point at which something died.

mod beside;
mod cable;
mod drain;
mod gate;
mod house;
mod line;
mod log;
mod metrics;
mod monitoring;
mod mortal;
mod receiver;
mod redis;
mod renewal;
mod truth;
mod unreachable;
mod writes;

/// Runs stories over a queue.
macro_rules! stories {
    ($queue:ident: $($area:ident { $($story:ident,)* })*) => {
        mod $queue {
            $(mod $area {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $story() {
                    let house = crate::webhooks::house::House::$queue().await;
                    if let Some(house) = house {
                        crate::webhooks::$area::$story(house).await;
                    }
                })*
            })*
        }
    };
}

/// Every story.
macro_rules! every_story {
    ($queue:ident) => {
        stories! { $queue:
            receiver {
                whatever_a_killed_receiver_answered_is_there,
            }
            drain {
                a_drain_killed_at_any_request_loses_nothing,
                a_drain_killed_at_any_request_of_a_full_listing_loses_nothing,
                a_drain_killed_before_it_acknowledges_is_repeated,
            }
            writes {
                a_drain_that_dies_while_it_writes_loses_nothing,
            }
            beside {
                a_second_drain_does_nothing,
                what_auto_sync_is_at_stays_queued_and_is_served_after_it,
            }
        }
    };
}

every_story!(over_sqlite);
every_story!(over_redis);
