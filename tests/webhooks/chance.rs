//! Points that are chosen at random, and the same in every run.

/// Numbers that follow from a seed (Knuth's MMIX generator).
#[derive(Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number from `least` up to, but not including, `limit`.
    pub(crate) fn between(&mut self, least: u64, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        least + (self.0 >> 33) % (limit - least)
    }
}
