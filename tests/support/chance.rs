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

    /// One of several.
    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        let many = u64::try_from(of.len()).ok().filter(|many| *many > 0)?;
        let at = usize::try_from(self.between(0, many)).ok()?;
        of.get(at).cloned()
    }
}
