//! Over Redis, which comes and goes.

use crate::support::redis::Redis;
use crate::support::serving::{google, graph};

use super::{program, serve, waiting};

#[test]
fn while_redis_is_away_providers_are_asked_to_try_again() {
    let Some(mut redis) = Redis::start_durable() else {
        return;
    };
    let mut program = program();
    program.set("CALSYNC__QUEUE__URL", redis.url());
    redis.kill();
    // It comes up all the same.
    let serving = serve(&program);
    assert_eq!(serving.status(&google("ana", None)), 503);
    assert_eq!(serving.status(&google("ana", Some("forged"))), 403);
    redis.restart();
    assert_eq!(serving.status(&google("ana", None)), 204);
    assert_eq!(serving.status(&graph("ana", 2)), 202);
    redis.kill();
    assert_eq!(serving.status(&graph("ana", 2)), 503);
    assert_eq!(serving.get("/healthz").status, 200);
    redis.restart();
    assert_eq!(serving.status(&graph("ana", 2)), 202);
    let ran = serving.stop("TERM").exits(0);
    assert!(
        ran.stderr.contains("notifications refused for now"),
        "{}",
        ran.stderr
    );
    assert_eq!(waiting(&program), (1, 4));
}
