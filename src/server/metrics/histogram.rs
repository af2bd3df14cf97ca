//! Times, counted by how long they were.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::text::Family;

/// Upper bounds of the buckets, in seconds: around the ten milliseconds in
/// which nearly all pushes should be done.
const BOUNDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

/// How many times there were of each length.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    counts: [AtomicU64; BOUNDS.len()],
    beyond: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Histogram {
    /// Counts a time.
    pub(super) fn observe(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound);
        let count = bucket.map_or(&self.beyond, |bucket| &self.counts[bucket]);
        count.fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Writes what was counted so far.
    pub(super) fn write(&self, family: &mut Family<'_>) {
        let counts = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<_> = BOUNDS.into_iter().zip(counts).collect();
        let nanoseconds = self.nanoseconds.load(Ordering::Relaxed);
        let sum = Duration::from_nanos(nanoseconds).as_secs_f64();
        family.histogram(&buckets, self.beyond.load(Ordering::Relaxed), sum);
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::{Kind, Text};
    use super::*;

    #[test]
    fn a_time_counts_in_the_first_bucket_that_holds_it() {
        let histogram = Histogram::default();
        for micros in [1, 500, 501, 2_500_000, 2_500_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let mut text = Text::default();
        histogram.write(&mut text.family("t", Kind::Histogram, ""));
        let text = text.into_string();
        for line in [
            "t_bucket{le=\"0.0005\"} 2",
            "t_bucket{le=\"0.001\"} 3",
            "t_bucket{le=\"1\"} 3",
            "t_bucket{le=\"2.5\"} 4",
            "t_bucket{le=\"+Inf\"} 5",
            "t_sum 5.001003",
            "t_count 5",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }
}
