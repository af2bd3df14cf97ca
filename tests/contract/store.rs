//! What every store keeps to, whatever it is made of.
//!
//! A sentence is a function that is given a fresh store; `suite!` runs all of
//! them over a backend. One that is not listed is dead code.

mod accounts;
mod apply;
mod bench;
mod build;
mod calendars;
mod chance;
mod given;
mod hidden;
mod linked;
mod links;
mod logins;
mod look_alikes;
mod outbox;
mod parking;
mod planning;
mod records;
mod removals;
mod series;
mod stale;
mod tasks;
mod twins;
mod users;
mod watches;
mod window;

pub(crate) use self::bench::Bench;
pub(crate) use self::build::{at, event, login, user};

/// Runs sentences over a backend: a function that makes a fresh store.
macro_rules! suite {
    ($backend:ident: $($area:ident { $($sentence:ident,)* })*) => {
        mod $backend {
            $(mod $area {
                $(#[tokio::test]
                async fn $sentence() {
                    let bench = crate::contract::store::Bench::$backend().await;
                    crate::contract::store::$area::$sentence(bench).await;
                })*
            })*
        }
    };
}

/// Every sentence.
macro_rules! every_sentence {
    ($backend:ident) => {
        suite! { $backend:
            users {
                users_come_back_as_they_were_stored,
                many_users_are_stored_at_once,
                preferences_default_until_they_are_changed,
                preferences_changed_at_the_same_time_are_all_kept,
                preferences_need_their_user,
                the_schedule_knows_users_with_accounts,
            }
            logins {
                a_login_revives_the_account_of_its_subject,
                a_login_adopts_the_account_whose_subject_is_not_known,
                an_address_that_was_given_to_somebody_else_is_another_account,
                the_same_subject_of_another_user_stays_as_it_is,
                an_import_takes_the_account_without_subject_then_a_usable_one,
                of_two_accounts_of_a_login_the_one_with_the_subject_goes_on,
                what_works_is_not_replaced_by_an_import_of_the_same_login,
                what_was_found_out_of_an_older_consent_blames_no_newer_one,
                a_retired_account_keeps_all_but_its_tokens_until_it_is_back,
            }
            accounts {
                tokens_come_back_as_they_were_stored,
                accounts_are_stored_all_or_none,
                a_second_import_revives_the_account,
                an_address_in_other_letters_is_the_same_login,
                tokens_are_replaced_only_by_who_saw_the_last,
                an_import_outdates_a_refresh_that_is_on_its_way,
                a_status_keeps_its_reason_and_time,
                an_account_that_needs_attention_waits_to_be_told_of,
                what_was_told_counts_only_for_the_status_that_was_told,
                an_account_takes_everything_along,
                what_an_unknown_account_is_asked_for_is_refused,
            }
            calendars {
                new_calendars_are_active_if_they_can_be_read,
                the_first_writable_main_calendar_is_written_to,
                a_second_discovery_changes_nothing,
                a_known_calendar_follows_the_provider_but_not_in_what_the_user_chose,
                a_calendar_no_longer_listed_is_kept_and_may_return,
                a_discovery_needs_its_account,
                one_calendar_of_a_user_is_written_to,
                a_backoff_is_kept_until_a_pull_succeeds,
                a_calendar_that_is_not_synced_is_hidden,
                calendars_are_listed_by_user_account_and_name,
            }
            watches {
                a_watch_is_known_before_it_is_granted,
                a_granted_watch_replaces_those_before_it,
                a_watch_that_is_gone_cannot_be_confirmed,
                a_watch_needs_its_calendar,
                a_watch_that_is_not_wanted_waits_to_be_stopped,
                a_refusal_is_kept_until_a_watch_is_granted,
                watches_lead_to_their_calendars_by_all_their_names,
                what_two_calendars_watch_leads_to_neither,
                the_providers_ids_of_watches_are_known,
                a_watch_goes_with_its_calendar,
            }
            apply {
                a_stage_is_seen_by_nobody,
                a_pull_stores_events_token_window_and_moment,
                an_empty_pull_moves_only_the_cursor,
                the_last_change_of_an_event_counts,
                an_older_copy_of_an_event_does_not_count,
                a_listing_that_repeats_itself_changes_nothing,
                every_field_of_an_event_is_compared,
                an_unstaged_listing_leaves_no_trace,
                stages_of_two_calendars_do_not_mix,
                a_lost_lease_writes_nothing,
                a_lease_that_ended_but_that_nobody_took_protects,
                a_pull_of_a_removed_calendar_is_refused,
                ids_that_differ_in_one_character_are_two_events,
                an_event_without_title_or_length_is_kept,
            }
            removals {
                a_removed_event_leaves_the_timeline,
                an_unknown_event_may_be_removed,
                changes_say_nothing_of_the_rest,
                a_complete_listing_removes_what_it_does_not_mention,
                an_unreadable_event_stays_as_it_is,
                a_series_takes_its_exceptions_along,
                an_exception_that_is_listed_outlives_its_series,
                an_event_that_returns_has_its_old_id,
                cancelled_exceptions_are_not_counted,
            }
            parking {
                parked_events_stay_visible,
                approval_removes_what_waits,
                an_event_that_is_listed_again_no_longer_waits,
                an_unreadable_event_that_is_listed_no_longer_waits,
                a_question_without_events_is_moot,
                later_removals_wait_under_the_same_question,
                what_waits_is_not_removed_by_the_next_listing,
                nothing_to_remove_asks_nothing,
                approval_gives_a_series_its_occurrences_back,
                questions_are_listed_oldest_first,
            }
            series {
                a_series_becomes_occurrences,
                an_exception_stands_in_for_its_occurrence,
                a_cancelled_exception_leaves_a_hole,
                an_exception_may_arrive_before_its_series,
                an_exception_that_is_gone_gives_the_occurrence_back,
                an_exception_that_changes_its_slot_frees_the_old_one,
                an_exception_that_changes_its_series_touches_both,
                a_series_may_become_single_and_back,
                a_rule_that_cannot_be_read_is_reported_and_kept,
                a_moved_series_leaves_no_old_occurrence,
            }
            given {
                listed_occurrences_are_shown_whatever_the_rule_says,
                a_series_that_is_listed_anew_loses_what_is_not_listed_with_it,
                an_exception_stands_for_the_listed_occurrence_of_its_id,
                a_listing_of_a_window_says_nothing_of_what_lies_outside,
                what_a_window_newly_covers_is_swept_too,
                what_vanished_is_read_again_where_it_is_known,
                exceptions_go_with_what_is_a_listed_series_no_longer,
                occurrences_without_their_series_have_it_read_again,
                a_series_that_became_a_single_event_leaves_no_exceptions,
                exceptions_without_their_series_are_read_again_with_it,
                a_series_with_contradictory_occurrences_is_read_again,
                what_a_series_says_anew_replaces_what_the_pages_said,
                a_series_that_cannot_be_read_again_stays_as_it_is,
            }
            window {
                only_what_touches_the_window_is_shown,
                a_window_that_moves_takes_untouched_events_along,
                a_window_that_moves_back_shows_again_what_it_left,
                a_window_that_jumps_shows_only_what_is_there,
                a_wider_window_adds_both_sides_once,
                touched_and_untouched_events_meet_in_a_moving_window,
                the_timeline_is_in_order_of_time,
                the_timeline_is_cut_by_parts_of_days_and_instants,
                the_timeline_says_what_is_busy_and_declined,
            }
            chance {
                any_sequence_of_pulls_ends_like_one_listing_of_what_is_left,
            }
            records {
                a_lease_is_held_by_one,
                an_ended_lease_may_be_taken,
                a_lease_taken_by_a_clock_that_was_set_back_holds_nobody_off,
                an_owner_extends_all_its_leases,
                a_lease_of_somebody_else_is_not_given_back,
                the_last_cycle_of_each_job_is_known,
                cycles_are_summed_up_by_job_and_stretch,
                a_status_keeps_the_last_sync,
                a_status_needs_its_user,
            }
            tasks {
                tasks_come_back_as_they_were_stored,
                a_task_is_replaced_by_its_id,
                a_task_keeps_its_zone_while_it_has_no_time_of_day,
                tasks_of_one_user_can_be_asked_for,
                a_task_needs_its_user_and_keeps_it,
                what_the_application_writes_is_read,
                an_odd_row_stops_nobody,
                a_task_goes_with_its_user,
            }
            links {
                where_nothing_moved_nothing_is_to_be_decided,
                what_the_application_edits_is_seen_until_it_is_decided_on,
                a_task_whose_time_cannot_be_read_waits,
                a_task_is_deleted_in_whatever_words_that_is_said,
                a_zone_that_is_no_longer_known_stops_nothing,
                a_task_that_is_only_touched_has_not_moved,
                a_task_whose_row_is_deleted_is_seen,
                what_the_provider_changes_and_removes_is_seen,
                our_own_write_coming_back_is_no_news,
                a_closed_link_rests_until_its_task_is_scheduled,
                only_a_task_with_a_start_becomes_an_event,
                nothing_new_is_written_where_it_may_not_be,
                a_link_stays_in_its_calendar_when_another_is_written_to,
                a_link_goes_with_its_calendar,
                an_event_that_a_link_needs_is_not_forgotten,
                a_task_that_is_somebody_elses_now_has_moved,
                the_users_zone_moves_tasks_that_name_none,
                what_was_over_long_ago_is_given_no_event,
            }
            planning {
                our_own_pull_is_no_edit,
                a_pull_writes_only_the_fields_that_changed,
                a_task_without_its_event_lives_on_unscheduled,
                a_plan_without_its_lease_writes_nothing,
                a_step_whose_task_moved_is_skipped_and_the_rest_done,
                a_task_is_opened_once_and_again_in_the_next_generation,
                what_may_not_be_written_any_more_is_not_opened,
                a_link_of_another_calendar_is_left_alone,
                a_link_that_is_forgotten_sends_nothing_any_more,
            }
            outbox {
                what_is_decided_later_replaces_what_was_not_sent,
                what_was_decided_but_not_sent_is_still_there,
                what_must_not_be_written_waits,
                what_was_sent_is_settled_once,
                a_settlement_without_its_lease_writes_nothing,
                what_failed_is_tried_again_when_its_time_has_come,
                what_failed_for_good_rests_until_its_task_moves,
                what_was_replaced_meanwhile_is_not_settled,
                a_deleted_event_closes_its_link,
                every_kind_of_action_comes_back_as_it_was_decided,
                every_attempt_is_on_record,
                what_is_about_to_be_sent_is_on_record,
                a_calendar_rests_with_everything_that_is_due,
                a_deletion_waits_for_approval_whatever_revision_it_is_for,
                the_question_about_deletions_is_moot_without_any,
            }
            look_alikes {
                pairs_share_their_time_or_uid_and_occurrence,
                events_of_one_provider_are_no_pair,
                events_of_two_users_are_no_pair,
                what_the_timeline_has_no_place_for_is_no_pair,
                pairs_come_in_pages,
                series_are_a_pair_once_however_often_they_take_place,
                a_crowd_at_one_moment_is_not_compared,
                two_events_are_asked_about_once,
                a_settled_question_names_the_event_that_is_kept_first,
                a_person_may_choose_anew,
                two_meetings_are_not_asked_about_again,
                what_cannot_be_chosen_changes_nothing,
                what_changed_meanwhile_is_not_written_down,
                questions_are_listed_until_they_are_moot,
                a_settlement_about_a_cancelled_exception_is_looked_at,
                what_is_settled_is_not_looked_at_behind_the_window,
                a_question_goes_with_either_event,
            }
            hidden {
                a_hidden_event_shows_again_when_its_question_is_moot,
                a_hidden_event_stays_hidden_when_it_is_pulled_again,
                an_event_that_returns_is_not_hidden,
                a_hidden_event_shows_while_the_other_is_not_there,
                a_hidden_event_shows_at_once_when_the_other_moves,
                a_hidden_day_is_hidden_behind_a_day,
                a_series_is_hidden_where_the_other_takes_place,
                an_exception_of_the_kept_series_stands_for_its_occurrence,
                an_exception_is_hidden_for_itself_only,
                no_event_is_hidden_behind_one_that_is,
                what_a_hidden_event_hid_shows_again,
                what_keeps_an_event_hidden_is_not_forgotten,
                hiding_removes_nothing,
            }
            stale {
                what_is_stale_is_counted_and_forgotten_once,
                what_is_young_stays,
                a_status_that_decides_when_a_user_is_due_stays,
                open_questions_live_events_and_last_cycles_stay,
                a_write_forgets_no_more_than_it_may,
                a_forgotten_event_may_return,
                a_timeline_rolls_where_nothing_is_pulled,
                a_timeline_rolls_only_under_its_lease_and_after_a_pull,
                records_of_writes_and_links_of_gone_tasks_go,
            }
        }
    };
}

every_sentence!(over_sqlite);
