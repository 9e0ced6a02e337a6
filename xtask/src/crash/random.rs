//! Chance that can be repeated: the same seed gives the same choices.

/// SplitMix64: small, good enough to choose cards and moments.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator for one thread of one round, independent of the others.
    pub(super) fn fork(seed: u64, round: u64, thread: u64) -> Self {
        let mut mixed =
            Self(seed ^ round.wrapping_mul(0x9E6D_62D0_6F6A_9A9B) ^ thread.wrapping_mul(0xD1B5_4A32_D192_ED03));
        Self(mixed.next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let draw = |seed, thread| {
            let mut random = Random::fork(seed, 1, thread);
            [random.next(), random.next()]
        };
        assert_eq!(draw(7, 0), draw(7, 0));
        assert_ne!(draw(7, 0), draw(7, 1));
        assert_ne!(draw(7, 0), draw(8, 0));
    }
}
