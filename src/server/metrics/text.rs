//! Prometheus' text format, version 0.0.4: what is read from `/metrics` and
//! from files alike.

use std::fmt::{Display, Write};

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How many there were of each size.
    Histogram,
}

/// Metrics as text.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

/// The samples of one metric.
pub(crate) struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl Text {
    /// What it is served as.
    pub(crate) const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a metric; each is begun once.
    pub(crate) fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        put(&mut self.0, format_args!("# HELP {name} {help}\n"));
        put(&mut self.0, format_args!("# TYPE {name} {kind}\n"));
        Family {
            text: &mut self.0,
            name,
        }
    }

    /// The whole text.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// Adds a sample; no two have the same labels.
    pub(crate) fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.suffixed("", labels, value);
    }

    /// Adds the samples of a histogram: how many there were in each bucket
    /// and beyond the last one, and the sum of them all.
    pub(crate) fn histogram(&mut self, buckets: &[(f64, u64)], beyond: u64, sum: f64) {
        let mut count = 0;
        for (bound, number) in buckets {
            count += number;
            self.suffixed("_bucket", &[("le", &bound.to_string())], count);
        }
        count += beyond;
        self.suffixed("_bucket", &[("le", "+Inf")], count);
        self.suffixed("_sum", &[], sum);
        self.suffixed("_count", &[], count);
    }

    fn suffixed(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        put(self.text, format_args!("{}{suffix}", self.name));
        for (index, (name, value)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let value = escaped(value);
            put(self.text, format_args!("{before}{name}=\"{value}\""));
        }
        let after = if labels.is_empty() { "" } else { "}" };
        put(self.text, format_args!("{after} {value}\n"));
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// Writing into a text cannot fail.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_has_help_type_and_samples() {
        let mut text = Text::default();
        let mut posts = text.family("posts_total", Kind::Counter, "Posts\nby \\ kind.");
        posts.sample(&[("kind", "a\"b\\c\nd"), ("code", "200")], 7);
        posts.sample(&[], 0.25);
        let mut depth = text.family("depth", Kind::Gauge, "Depth.");
        depth.sample(&[], u64::MAX);
        assert_eq!(
            text.into_string(),
            "# HELP posts_total Posts\\nby \\\\ kind.\n# TYPE posts_total counter\n\
             posts_total{kind=\"a\\\"b\\\\c\\nd\",code=\"200\"} 7\nposts_total 0.25\n\
             # HELP depth Depth.\n# TYPE depth gauge\ndepth 18446744073709551615\n"
        );
    }

    #[test]
    fn the_buckets_of_a_histogram_hold_those_before_them() {
        let mut text = Text::default();
        let mut times = text.family("t_seconds", Kind::Histogram, "Times.");
        times.histogram(&[(0.005, 2), (1.0, 3)], 1, 4.5);
        let text = text.into_string();
        let samples: Vec<_> = text.lines().skip(2).collect();
        assert_eq!(
            samples,
            [
                "t_seconds_bucket{le=\"0.005\"} 2",
                "t_seconds_bucket{le=\"1\"} 5",
                "t_seconds_bucket{le=\"+Inf\"} 6",
                "t_seconds_sum 4.5",
                "t_seconds_count 6",
            ]
        );
    }
}
