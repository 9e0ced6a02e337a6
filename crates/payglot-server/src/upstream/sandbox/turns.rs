//! Turns: who must read the book before writing it takes one, so that no two do so about one thing at once.

use tokio::sync::{Mutex, MutexGuard};

/// How many things can be worked on at once.
const TURNS: usize = 64;

/// Held from reading the book until the entry is in it. Never held while somebody waits for an answer.
pub(super) type Turn<'a> = MutexGuard<'a, ()>;

/// The turns of a bank.
pub(super) struct Turns([Mutex<()>; TURNS]);

impl Turns {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }

    /// The turn for what has this id.
    pub(super) async fn of(&self, id: &[u8; 16]) -> Turn<'_> {
        self.0[place(id)].lock().await
    }

    /// The turns for two things. Always the lower place first, so that nobody waits in a circle.
    pub(super) async fn of_both(&self, id: &[u8; 16], other: &[u8; 16]) -> (Turn<'_>, Option<Turn<'_>>) {
        let (low, high) = (place(id).min(place(other)), place(id).max(place(other)));
        let first = self.0[low].lock().await;
        let second = if low == high { None } else { Some(self.0[high].lock().await) };
        (first, second)
    }
}

fn place(id: &[u8; 16]) -> usize {
    usize::from(id[15]) % TURNS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn two_turns_are_taken_crosswise_and_twice_in_one_place_without_end_of_waiting() {
        let turns = Turns::new();
        let both = async |id: u8, other: u8| {
            for _ in 0..100 {
                let _held = turns.of_both(&[id; 16], &[other; 16]).await;
                tokio::task::yield_now().await;
            }
        };
        let all = async { tokio::join!(both(1, 2), both(2, 1), both(3, 3), both(1, 65), both(65, 2)) };
        tokio::time::timeout(Duration::from_secs(1), all).await.expect("nobody waits in a circle");
    }
}
