//! What every provider keeps to, whatever its wire is like.
//!
//! A sentence is a function that is given a fresh account in a model of the
//! service; `suite!` runs all of them over an adapter. One that is not listed
//! is dead code.

mod bench;
mod calendars;
mod changes;
mod creations;
mod deletions;
mod events;
mod failures;
mod google;
mod listener;
mod listings;
mod microsoft;
mod picture;
mod service;
mod tokens;
mod updates;
mod watches;
mod watching;
mod writes;

/// Runs sentences over an adapter in front of its model, in a module.
macro_rules! suite {
    ($module:ident over $backend:ident: $($area:ident { $($sentence:ident,)* })*) => {
        mod $module {
            $(mod $area {
                $(#[tokio::test]
                async fn $sentence() {
                    let bench = crate::contract::provider::bench::Bench::$backend().await;
                    crate::contract::provider::$area::$sentence(bench).await;
                })*
            })*
        }
    };
}

/// Every sentence on what is read and watched.
macro_rules! every_sentence {
    ($backend:ident) => {
        suite! { $backend over $backend:
            calendars {
                calendars_are_listed_with_name_role_and_which_is_primary,
                every_page_of_the_calendars_is_read,
                a_calendar_that_nobody_has_is_not_found,
                a_calendar_that_is_refused_is_forbidden,
            }
            listings {
                a_full_listing_brings_every_event_in_pages_and_ends_with_a_token,
                nothing_changed_brings_nothing_but_a_token,
                a_token_continues_after_the_listing_that_brought_it,
                an_expired_token_is_said_so,
                an_expired_token_is_said_so_in_the_middle_of_paging,
                a_page_that_repeats_ends,
                a_listing_may_end_without_a_token,
                an_empty_page_is_not_the_last,
                every_request_is_counted,
                a_confined_listing_brings_what_takes_place_inside,
            }
            changes {
                a_new_event_comes_with_the_next_token,
                a_change_comes_with_the_next_token,
                a_deletion_comes_with_the_next_token,
                a_series_happens_as_often_as_it_says,
                a_series_keeps_its_wall_time_when_the_clocks_change,
                a_moved_occurrence_comes_with_the_next_token,
                a_cancelled_occurrence_comes_with_the_next_token,
                a_renamed_series_keeps_its_moved_occurrence,
                a_deleted_series_takes_everything_along,
                a_full_listing_shows_the_same_as_changes,
                what_is_read_again_is_as_it_is_now,
            }
            events {
                whole_days_are_dates,
                a_series_of_whole_days_is_dates,
                zones_are_kept,
                an_event_without_title_has_none,
                a_declined_invitation_is_not_busy,
                an_invitation_is_somebody_elses,
                what_is_marked_free_is_not_busy,
                the_link_of_the_meeting_is_told,
                reminders_are_minutes_before_the_start,
                attendees_come_with_their_answers,
                place_and_description_are_told,
                an_exception_names_its_series_and_the_occurrence_it_replaces,
                what_comes_has_an_id_a_revision_and_a_uid,
            }
            failures {
                a_body_that_is_cut_off_is_not_understood,
                a_page_of_html_is_not_understood,
                a_short_wait_that_is_asked_for_is_waited,
                a_long_wait_that_is_asked_for_is_left_to_the_caller,
                a_failure_that_passes_is_not_seen,
                a_failure_that_stays_is_unavailable,
                a_lost_connection_is_unavailable,
                a_redirect_is_not_followed,
                no_link_leads_the_bearer_elsewhere,
            }
            tokens {
                a_refresh_token_is_exchanged,
                a_refresh_token_that_is_replaced_is_handed_out,
                a_refused_access_token_is_replaced_once,
                an_access_token_that_is_refused_twice_is_unauthorized,
                a_revoked_grant_is_for_the_user,
                a_revoked_grant_shows_when_a_token_is_replaced,
                a_wrong_client_is_for_the_operator,
                a_missing_client_is_for_the_operator,
            }
            watches {
                a_watch_delivers_what_is_received,
                a_notification_with_another_secret_is_forged,
                a_calendar_that_cannot_be_watched_says_so,
                a_refused_address_is_the_operators,
                an_address_without_tls_is_the_operators,
                a_calendar_that_nobody_has_is_not_watched,
                the_same_watch_again_is_a_conflict,
                a_watch_whose_grant_was_lost_is_no_success_and_can_be_replaced,
                a_stopped_watch_is_silent,
                a_watch_that_is_no_more_is_stopped,
                an_extended_watch_lasts_longer_or_is_to_be_replaced,
                a_watch_that_is_gone_is_not_found_on_extension,
                a_life_that_is_too_long_is_shortened,
                watches_are_listed_with_calendar_and_address_or_not_at_all,
                word_of_the_watch_itself_is_received,
            }
        }
    };
}

/// Every sentence on what is written.
macro_rules! every_sentence_of_writes {
    ($module:ident over $backend:ident) => {
        suite! { $module over $backend:
            creations {
                a_created_event_says_what_was_asked_for,
                a_created_event_of_whole_days_is_dates,
                what_is_left_open_is_not_filled_in_by_us,
                a_creation_without_a_time_creates_nothing,
                what_is_created_twice_under_one_key_is_one_event,
                a_creation_whose_answer_is_lost_makes_one_event,
                a_creation_whose_answers_are_all_lost_is_found,
                the_key_of_a_deleted_event_is_used_up,
                an_event_that_was_never_created_is_not_found,
                an_event_of_another_task_is_not_found_under_the_same_key,
                an_event_that_nobody_created_for_a_task_is_not_found,
                a_refused_creation_says_why,
                nobody_is_mailed_about_an_event_of_a_task,
            }
            updates {
                an_update_changes_its_fields_and_nothing_else,
                every_field_can_be_changed,
                fields_can_be_cleared,
                a_timed_event_becomes_whole_days_and_back,
                an_update_for_an_older_revision_changes_nothing,
                an_edit_in_between_is_not_overwritten,
                an_update_of_a_deleted_event_finds_none,
                an_update_whose_answer_is_lost_is_not_applied_twice,
                an_update_that_is_refused_says_why,
                a_moved_series_keeps_its_wall_time_when_the_clocks_change,
                a_series_renamed_by_an_update_keeps_its_moved_occurrence,
                an_update_leaves_guests_and_what_they_answered,
                guests_are_not_mailed_where_that_can_be_had,
            }
            deletions {
                a_deleted_event_is_no_longer_listed,
                what_is_gone_is_deleted,
                a_deletion_for_an_older_revision_leaves_the_event,
                a_deletion_whose_answer_is_lost_succeeds,
                a_deleted_series_takes_everything_along,
            }
        }
    };
}

every_sentence!(over_google);
every_sentence!(over_microsoft);

// A line for each provider whose adapter writes.
every_sentence_of_writes!(writes_over_google over over_google);
every_sentence_of_writes!(writes_over_microsoft over over_microsoft);
