//! A receiver that is killed while it works.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::program::Program;
use crate::support::redis::Redis;
use crate::support::serving::google;

use super::{program, serve, waiting};

/// Kills receivers in the midst of many requests: whatever was answered is
/// there.
fn nothing_answered_is_lost(program: &Program) {
    let answered = AtomicU64::new(0);
    for kill_after in [1, 40, 150] {
        let serving = serve(program);
        let before = answered.load(Ordering::SeqCst);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while let Some(answer) = serving.ask(&google("ana", None)) {
                        let taken = u64::from(answer.status == 204);
                        let now = answered.fetch_add(taken, Ordering::SeqCst) + taken;
                        if now == before + kill_after {
                            serving.send("KILL");
                        }
                    }
                });
            }
        });
        serving.end();
    }
    let (there, _) = waiting(program);
    let answered = answered.into_inner();
    assert!(there >= answered, "{there} of {answered}");
}

#[test]
fn nothing_that_was_answered_is_lost_with_the_receiver() {
    nothing_answered_is_lost(&program());
}

#[test]
fn nothing_that_was_answered_is_lost_with_the_receiver_over_redis() {
    let Some(redis) = Redis::start_durable() else {
        return;
    };
    let mut program = program();
    program.set("CALSYNC__QUEUE__URL", redis.url());
    nothing_answered_is_lost(&program);
}
