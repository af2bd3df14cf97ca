//! Whether a plan may be carried out.

/// How many events a calendar may lose at once before a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// Share of the live events, in percent.
    pub percent: u8,
    /// Never asked for so few.
    pub at_least: u64,
}

impl Brake {
    /// Removals of this many are always believed, unless nothing is left.
    pub const AT_LEAST: u64 = 10;

    /// Whether removing so many of the live events needs approval.
    #[must_use]
    pub fn stops(&self, removed: u64, live: u64) -> bool {
        removed > self.at_least.max(live * u64::from(self.percent) / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brake_stops_what_exceeds_both_the_share_and_the_least() {
        let brake = Brake {
            percent: 25,
            at_least: Brake::AT_LEAST,
        };
        let cases = [
            (0, 0, false),
            (8, 12, false),
            (10, 10, false),
            (11, 12, true),
            (25, 100, false),
            (26, 100, true),
            (212, 214, true),
        ];
        for (removed, live, stops) in cases {
            assert_eq!(brake.stops(removed, live), stops, "{removed} of {live}");
        }
    }
}
