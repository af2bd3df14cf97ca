//! What every queue keeps to, whatever it is made of.
//!
//! A sentence is a function that is given a fresh queue; `suite!` runs all of
//! them over a backend. One that is not listed is dead code.

mod bench;
mod claims;
mod crowds;
mod dead;
mod foreign;
mod holds;
mod redis;
mod sqlite;
mod status;

/// Runs sentences over a backend: a function that makes a fresh queue.
macro_rules! suite {
    ($backend:ident: $($area:ident { $($sentence:ident,)* })*) => {
        mod $backend {
            $(mod $area {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $sentence() {
                    let bench = crate::contract::queue::bench::Bench::$backend().await;
                    if let Some(bench) = bench {
                        crate::contract::queue::$area::$sentence(bench).await;
                    }
                })*
            })*
        }
    };
}

/// Every sentence.
macro_rules! every_sentence {
    ($backend:ident) => {
        suite! { $backend:
            claims {
                what_is_pushed_comes_as_it_was,
                the_oldest_comes_first,
                a_claim_takes_no_more_than_it_is_asked_for,
                what_is_claimed_is_not_claimed_again,
                providers_do_not_mix,
                an_empty_queue_brings_nothing,
                a_push_of_nothing_is_nothing,
                what_waits_outlives_who_pushed_it,
            }
            holds {
                what_is_acknowledged_is_gone,
                what_is_not_acknowledged_comes_back_when_the_hold_ends,
                a_crash_after_the_claim_loses_nothing,
                a_late_ack_ends_what_another_holds,
                an_ack_of_what_nobody_knows_is_nothing,
                what_is_given_back_waits_until_it_is_due,
                what_is_not_held_cannot_be_given_back,
                what_comes_back_comes_before_what_is_new,
                a_clock_that_was_set_back_strands_nothing,
            }
            dead {
                what_is_claimed_too_often_is_dead,
                what_is_given_back_untried_is_no_attempt,
                what_cannot_be_read_is_dead_with_its_reason,
                what_cannot_be_read_stops_nothing_else,
                dead_entries_wait_again_as_if_they_were_new,
                only_the_given_entries_are_forgotten,
                only_the_given_entries_wait_again,
                what_is_served_at_last_is_not_dead,
                the_dead_list_begins_with_the_oldest,
            }
            foreign {
                entries_of_other_programs_are_served,
                an_entry_was_received_before_it_is_claimed,
                bytes_that_are_no_text_are_dead_and_kept,
            }
            status {
                what_waits_is_held_and_is_dead_is_counted,
                the_oldest_is_known_while_it_waits_and_while_it_is_held,
            }
            crowds {
                many_pushes_at_once_are_all_there,
                two_claimants_never_get_the_same_delivery,
                a_push_of_many_is_claimed_in_parts,
                who_pushes_and_who_claims_do_not_hinder_each_other,
            }
        }
    };
}

every_sentence!(over_sqlite);
every_sentence!(over_redis);
