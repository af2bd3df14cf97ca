//! What goes wrong.

use super::house::House;

impl House {
    /// Sets up what the seed decides once.
    pub(super) fn furnish(&mut self) {}

    /// Some trouble for the next cycle.
    pub(super) fn some_trouble(&self) {}

    /// From now on nothing goes wrong.
    pub(super) fn no_more_trouble(&self) {
        self.planner.world.google().clear_faults();
        self.planner.world.microsoft().clear_faults();
    }
}
