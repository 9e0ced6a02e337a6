//! Decimal numbers, unique in the whole gateway, for protocols whose clients cannot take our ids and for what people type.

use payglot_store::{Store, StoreError};
use std::sync::Arc;
use tokio::sync::Mutex;

/// So many are reserved with one write. A process that stops leaves the rest of its block unused.
const BLOCK: u32 = 64;

/// Clients hold the number in 32 bits with a sign.
const LARGEST: i64 = i32::MAX as i64;

/// Gives numbers out.
pub struct Numbers {
    store: Arc<dyn Store>,
    counter: &'static str,
    /// The next one, and the first that is not ours.
    block: Mutex<(i64, i64)>,
}

impl Numbers {
    /// Those of payments.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self::of(store, "payment")
    }

    /// From this counter of a store.
    pub fn of(store: Arc<dyn Store>, counter: &'static str) -> Self {
        Self { store, counter, block: Mutex::new((0, 0)) }
    }

    /// A number that nothing else of this counter has: 1 to 2147483647, growing within a process.
    pub async fn next(&self) -> Result<u32, StoreError> {
        let mut block = self.block.lock().await;
        if block.0 == block.1 {
            let first = self.store.reserve_numbers(self.counter, BLOCK).await?;
            *block = (first, first + i64::from(BLOCK));
        }
        let number = block.0;
        block.0 += 1;
        let fits = u32::try_from(number).ok().filter(|_| number <= LARGEST);
        fits.ok_or_else(|| {
            StoreError::Constraint(format!("all numbers of {} that fit into 31 bits are used up", self.counter))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payglot_store::{SqliteOptions, SqliteStore};

    #[tokio::test]
    async fn two_processes_never_give_out_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("db"), SqliteOptions::default()).expect("a store"));
        let (one, other) = (Numbers::new(Arc::clone(&store)), Numbers::new(store));
        let mut seen = std::collections::HashSet::new();
        for _ in 0..150 {
            assert!(seen.insert(one.next().await.expect("a number")));
            assert!(seen.insert(other.next().await.expect("a number")));
        }
        assert!(seen.iter().all(|number| *number > 0));
    }

    #[tokio::test]
    async fn a_number_that_clients_cannot_hold_is_not_given_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("db"), SqliteOptions::default()).expect("a store");
        store.reserve_numbers("payment", i32::MAX.unsigned_abs() - 1).await.expect("reserved");
        let numbers = Numbers::new(Arc::new(store));
        assert_eq!(numbers.next().await, Ok(i32::MAX.unsigned_abs()));
        assert!(matches!(numbers.next().await, Err(StoreError::Constraint(_))));
    }
}
