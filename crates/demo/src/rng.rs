//! Chance that can be repeated: SplitMix64. Knows nothing of what it decides.

/// A source of numbers; the same seed gives the same ones on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

/// Spreads the bits of a number over the whole number.
pub(crate) fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 up to and without `end`, which is at least 1.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A number of the range, both ends included.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = u64::try_from(most.saturating_sub(least)).unwrap_or(0);
        least + i64::try_from(self.below(width + 1)).unwrap_or(0)
    }

    /// An index of a list of so many.
    pub(crate) fn index(&mut self, of: usize) -> usize {
        usize::try_from(self.below(of as u64)).unwrap_or(0)
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// How much longer or shorter than typical something took: the product of two throws, so that most are near 1 and a few far above.
    pub(crate) fn stretch(&mut self) -> f64 {
        let throw = |number: u64| 0.5 + (number % 1_000) as f64 / 900.0;
        throw(self.next()) * throw(self.next()) * if self.percent(3) { 2.5 } else { 1.0 }
    }

    /// A number from 0 to 1, both included.
    pub(crate) fn share(&mut self) -> f64 {
        self.below(10_001) as f64 / 10_000.0
    }
}
