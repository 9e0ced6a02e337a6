//! What every store must do. The cases know only the trait; each implementation runs all of them.

mod bindings;
mod calls;
mod constraints;
mod keys;
mod lines;
mod lists;
mod mandates;
mod notifications;
mod patience;
mod payments;
mod projects;
mod random;
mod world;

use payglot_store::{SqliteOptions, SqliteStore};
use std::sync::Arc;
use tempfile::TempDir;
use world::World;

/// A store in a folder of its own, which lives as long as the case.
async fn sqlite() -> (World, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("payglot.db"), SqliteOptions::default()).expect("opened");
    (World::of(Arc::new(store)).await, folder)
}

/// Makes a test of each case.
macro_rules! suite {
    ($store:ident: $($room:ident { $($case:ident),* $(,)? })*) => {
        mod $store {
            $(mod $room {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let (world, keep) = crate::$store().await;
                    let store = std::sync::Arc::clone(&world.store);
                    crate::$room::$case(world).await;
                    store.close().await;
                    drop(keep);
                })*
            })*
        }
    };
}

suite! { sqlite:
    payments {
        a_registration_reads_back,
        a_card_payment_with_a_refund_reads_back_with_its_history,
        the_largest_amount_is_paid_and_given_back,
        the_same_order_number_again_is_refused_with_the_earlier_payment,
        the_store_numbers_orders_and_skips_used_ones,
        a_decision_on_an_older_version_is_refused,
        a_decision_about_an_unknown_payment_is_refused,
        an_operation_belongs_to_one_payment,
        later_details_replace_earlier_ones,
        details_are_replaced_at_one_version_only,
        simultaneous_refunds_never_exceed_what_was_captured,
        a_failing_job_of_a_group_hurts_no_other,
        work_that_is_due_is_found,
        attempts_that_no_place_answered_are_found_in_their_order,
        what_is_not_there_is_not_found,
    }
    bindings {
        a_payment_and_the_card_it_saves_become_durable_together,
        two_payments_that_save_one_card_make_one_binding,
        a_binding_changes_once_and_its_news_stand_in_line,
        a_card_is_saved_without_a_payment_too,
        what_is_told_of_a_card_without_a_payment_stands_alone,
        no_whole_number_fits_into_a_binding,
        the_vault_has_one_token_for_one_fingerprint,
    }
    mandates {
        a_payment_and_the_mandate_it_makes_become_durable_together,
        a_number_names_one_mandate_of_a_project,
        a_mandate_is_of_the_payment_that_made_it_and_has_no_whole_number,
        a_charge_counts_and_a_stale_one_writes_nothing,
        of_charges_that_race_one_wins,
        a_change_is_told_in_the_line_of_the_payment,
        a_change_of_what_is_no_longer_so_writes_nothing,
        due_ones_are_found_oldest_first,
    }
    calls {
        a_call_reads_back_by_id_fingerprint_and_key,
        an_operation_can_be_named_before_it_begins,
        the_same_call_within_its_time_is_the_first_one,
        a_merchants_key_is_used_once_for_ever,
        of_calls_that_come_together_one_is_taken,
        a_call_is_kept_with_its_decision_or_not_at_all,
        a_refused_call_about_a_payment_joins_its_line,
        a_refused_call_without_a_payment_is_found_by_its_order,
        a_refusal_has_a_reason_and_uses_no_key,
        what_is_told_without_a_payment_waits_for_nobody,
        what_stands_alone_is_listed_by_itself_and_with_the_rest,
    }
    constraints {
        no_sum_can_be_broken,
        no_posting_is_empty_or_within_one_account,
        a_change_names_only_operations_of_its_payment,
        an_operation_cannot_take_the_place_of_another,
        a_notification_id_is_used_once,
        a_payment_of_an_unknown_project_is_refused,
        a_second_answer_is_a_change_of_an_old_version,
    }
    notifications {
        the_first_is_claimed_at_birth_and_reads_back,
        a_lease_ends_by_itself,
        a_later_one_waits_until_the_earlier_is_out_of_the_way,
        one_for_later_is_due_then_and_the_next_waits_with_it,
        one_for_later_behind_another_is_not_handed_on_too_early,
        nobody_waits_for_the_first_attempt_of_one_for_later,
        claims_are_fair_between_endpoints_and_oldest_first,
        a_notification_is_claimed_by_one_worker_only,
        an_acknowledgement_is_final,
        a_dead_one_can_still_be_acknowledged_but_not_revived,
        resending_by_hand_counts_anew_and_goes_at_once,
        resending_an_older_one_holds_the_newer_back,
        lists_and_the_backlog_show_what_is_open,
        every_attempt_is_kept,
    }
    patience {
        after_its_patience_the_next_one_passes_and_ends_it,
        without_an_end_of_patience_nothing_passes,
        one_that_is_born_after_the_patience_goes_out_at_once,
        an_acknowledgement_ends_no_one_that_holds_newer_ones_back,
        what_was_overtaken_can_be_sent_again_by_hand,
        an_attempt_that_ends_after_its_overtaking_gives_its_lease_back,
        leases_of_a_dead_process_end_and_the_line_is_as_before,
        there_is_no_patience_of_nothing,
    }
    lines {
        lines_live_as_their_model_does,
    }
    lists {
        payments_are_listed_newest_first_in_pages,
        payments_are_filtered_by_project_state_and_time,
        a_page_is_of_one_project_some_states_and_a_period,
        files_come_in_pages_ordered_by_id,
    }
    projects {
        a_project_is_found_by_login_id_and_list,
        names_and_logins_are_free_only_once,
        settings_change_only_on_the_current_version,
        a_new_secret_overlaps_with_the_old,
        the_bank_keeps_its_own_book,
        an_inbox_has_the_newest_invoices_of_one_purse,
        the_bank_finds_what_it_has_to_tell,
        a_closed_store_refuses_and_an_open_one_is_healthy,
    }
    keys {
        the_first_key_is_added_once_and_later_ones_wait,
        numbers_are_reserved_in_blocks,
        attempts_at_one_order_number_are_found_newest_first,
        a_decision_among_the_payments_of_an_order_is_refused_when_one_changed_or_came,
        only_what_nobody_acknowledged_is_replaced,
        what_is_learned_of_a_payment_is_told_after_the_rest_and_changes_no_money,
    }
    random {
        whatever_was_decided_reads_back,
    }
}
