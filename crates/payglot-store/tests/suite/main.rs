//! What every store must do. The cases know only the trait; each implementation runs all of them.

mod payments;
mod world;

use payglot_store::{SqliteOptions, SqliteStore, Store};
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
        the_same_order_number_again_is_refused_with_the_earlier_payment,
        the_store_numbers_orders_and_skips_used_ones,
        a_decision_on_an_older_version_is_refused,
        a_decision_about_an_unknown_payment_is_refused,
        an_operation_belongs_to_one_payment,
        later_details_replace_earlier_ones,
        simultaneous_refunds_never_exceed_what_was_captured,
        a_failing_job_of_a_group_hurts_no_other,
        work_that_is_due_is_found,
        what_is_not_there_is_not_found,
    }
}
