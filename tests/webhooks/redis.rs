//! Redis that dies and comes back while everything else goes on.

use calsync::sandbox::google::{Fault, Kind};

use super::house::House;
use super::line::Line;
use crate::support::redis::Redis;
use crate::support::serving::send;

fn server(house: &mut House) -> &mut Redis {
    match &mut house.line {
        Line::Redis(server) => server,
        Line::Sqlite(_) => panic!("it is over Redis"),
    }
}

/// How often each provider was answered so, as far as it posted.
fn answered_with(house: &House, statuses: &[u16]) -> [usize; 2] {
    let sandbox = &house.world.sandbox;
    [sandbox.google.sent(), sandbox.microsoft.sent()].map(|sent| {
        let mut answers = sent.iter().filter_map(|sent| sent.status);
        let count = answers.clone().count();
        assert!(answers.all(|status| statuses.contains(&status)), "{sent:?}");
        count
    })
}

fn forget_posts(house: &House) {
    house.world.sandbox.google.clear_sent();
    house.world.sandbox.microsoft.clear_sent();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_with_redis_and_what_was_refused_is_told_again() {
    let Some(mut house) = House::over_redis().await else {
        return;
    };
    forget_posts(&house);
    house.edit();
    house.is_told().await;
    let before = answered_with(&house, &[202, 204]);
    server(&mut house).kill();
    forget_posts(&house);
    house.edit();
    house.is_told().await;
    let refused = answered_with(&house, &[503]);
    let drain = house.program().run("drain-webhooks").exits(75);
    drain.says(&["queue unix:", "is not available", "is it running"]);
    server(&mut house).restart();
    assert_eq!(house.queued().await.map(|n| n as usize), before);
    forget_posts(&house);
    let again = house.world.sandbox.redeliver().await;
    assert_eq!(again, refused[0] + refused[1]);
    answered_with(&house, &[202, 204]);
    assert_eq!(house.drain()["counts"]["synced"], 2);
    house.nothing_is_left("Redis was restarted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_that_loses_redis_midway_is_made_up_for() {
    let Some(mut house) = House::over_redis().await else {
        return;
    };
    house.edit();
    house.is_told().await;
    let told = house.queued().await;
    let redis = server(&mut house).pid();
    let kill = Fault::meanwhile(move |_| assert!(send(redis, "KILL")));
    house.world.sandbox.google.inject(kill.on(Kind::EventsList));
    let drain = house.program().run("drain-webhooks").exits(75);
    drain.says(&["queue unix:", "is not available", "is it running"]);
    server(&mut house).restart();
    // What was pulled before is neither lost nor acknowledged.
    assert_eq!(house.queued().await, told);
    house.time_passes();
    assert_eq!(house.drain()["counts"]["synced"], 2);
    house.nothing_is_left("Redis died beneath a drain").await;
}
