//! Whether a plan may be carried out.

/// How many events a calendar may lose at once before a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// Share of the live events, in percent.
    pub percent: u8,
    /// Never asked for so few.
    pub at_least: u64,
}

/// What applying a listing would take away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Events there are.
    pub live: u64,
    /// Of them, those that would be removed.
    pub removed: u64,
    /// Whether the source listed its whole content, and that was nothing.
    pub reads_empty: bool,
}

impl Brake {
    /// Removals of so many are believed whatever their share, unless the
    /// source reads empty.
    pub const AT_LEAST: u64 = 10;

    /// Whether the loss needs approval.
    #[must_use]
    pub fn stops(&self, loss: Loss) -> bool {
        let limit = self.at_least.max(loss.live * u64::from(self.percent) / 100);
        loss.removed > limit || (loss.reads_empty && loss.removed > 0)
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
            (0, 0, false, false),
            (8, 12, false, false),
            (10, 10, false, false),
            (11, 12, false, true),
            (25, 100, false, false),
            (26, 100, false, true),
            (212, 214, false, true),
            (1, 1, true, true),
            (0, 0, true, false),
        ];
        for (removed, live, reads_empty, stops) in cases {
            let loss = Loss {
                live,
                removed,
                reads_empty,
            };
            assert_eq!(brake.stops(loss), stops, "{loss:?}");
        }
    }
}
