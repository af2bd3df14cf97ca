//! Prometheus' text format, read as strictly as `promtool check metrics` does,
//! and a little more: what ours keep to besides.

use std::collections::BTreeMap;

/// Labels that a scrape puts there itself.
const RESERVED: [&str; 2] = ["job", "instance"];

/// What a text says.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    /// Help and type, by metric.
    pub(crate) families: BTreeMap<String, (String, String)>,
    /// Values, by series as it is written.
    pub(crate) samples: BTreeMap<String, f64>,
    order: Vec<String>,
}

impl Exposition {
    /// Reads a text; what is wrong with it is the error.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut read = Self::default();
        if !text.ends_with('\n') {
            return Err("the last line does not end".to_owned());
        }
        for line in text.lines() {
            read.line(line).map_err(|why| format!("{line}: {why}"))?;
        }
        read.histograms()?;
        let silent = read.families.keys().find(|name| !read.has_samples(name));
        match silent {
            Some(name) => Err(format!("{name} has no sample")),
            None => Ok(read),
        }
    }

    /// The value of a series.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> f64 {
        let value = self.samples.get(series);
        *value.unwrap_or_else(|| panic!("{series}: {:#?}", self.samples))
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').ok_or("no help")?;
            return self.begin(name, help);
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or("no type")?;
            return self.typed(name, kind);
        }
        self.sample(line)
    }

    fn begin(&mut self, name: &str, help: &str) -> Result<(), String> {
        check_name(name)?;
        if help.len() < 10 || !help.ends_with('.') {
            return Err("the help is no sentence".to_owned());
        }
        let entry = (help.to_owned(), String::new());
        self.order.push(name.to_owned());
        match self.families.insert(name.to_owned(), entry) {
            Some(_) => Err("begins twice".to_owned()),
            None => Ok(()),
        }
    }

    fn typed(&mut self, name: &str, kind: &str) -> Result<(), String> {
        if self.order.last().is_none_or(|last| last != name) {
            return Err("the type does not follow the help".to_owned());
        }
        match (kind, name.ends_with("_total")) {
            ("counter", true) | ("gauge" | "histogram", false) => {}
            _ => return Err("counters, and only they, end in _total".to_owned()),
        }
        let family = self.families.get_mut(name).ok_or("no help")?;
        kind.clone_into(&mut family.1);
        Ok(())
    }

    fn sample(&mut self, line: &str) -> Result<(), String> {
        let (series, value) = line.rsplit_once(' ').ok_or("no value")?;
        let value: f64 = value.parse().map_err(|_| "no number")?;
        let family = self.order.last().ok_or("belongs to nothing")?;
        let kind = &self.families[family].1;
        let suffixes: &[&str] = match kind.as_str() {
            "histogram" => &["_bucket", "_sum", "_count"],
            "" => return Err("has no type".to_owned()),
            _ => &[""],
        };
        let name = name_of(series);
        let fits = |suffix: &&str| name.strip_suffix(*suffix) == Some(family.as_str());
        if !suffixes.iter().any(fits) {
            return Err(format!("is no sample of the {kind} {family}"));
        }
        check_labels(&series[name.len()..])?;
        match self.samples.insert(series.to_owned(), value) {
            Some(_) => Err("is there twice".to_owned()),
            None => Ok(()),
        }
    }

    /// Those without labels of their own, as all of ours are.
    fn histograms(&self) -> Result<(), String> {
        let of_kind = self
            .families
            .iter()
            .filter(|(_, (_, kind))| kind == "histogram");
        for (name, _) in of_kind {
            let prefix = format!("{name}_bucket{{le=\"");
            let buckets = self.samples.iter().filter_map(|(series, value)| {
                let bound = series.strip_prefix(&prefix)?.strip_suffix("\"}")?;
                Some((bound.parse::<f64>().ok()?, *value))
            });
            let mut buckets: Vec<_> = buckets.collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            let last = buckets.last().copied().unwrap_or_default();
            let count = self.samples.get(&format!("{name}_count"));
            let grows = buckets.is_sorted_by(|one, other| one.1 <= other.1);
            let has_sum = self.samples.contains_key(&format!("{name}_sum"));
            if last.0 != f64::INFINITY || count != Some(&last.1) || !grows || !has_sum {
                return Err(format!("{name} is no histogram: {buckets:?}"));
            }
        }
        Ok(())
    }

    fn has_samples(&self, family: &str) -> bool {
        let mut names = self.samples.keys().map(|series| name_of(series));
        names.any(|name| name.starts_with(family))
    }
}

fn name_of(series: &str) -> &str {
    series.split('{').next().unwrap_or_default()
}

/// Ours, in base units, and without the suffixes of other types.
fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c == '_';
    if !name.starts_with("calsync_") || !name.chars().all(plain) {
        return Err("is no name of ours".to_owned());
    }
    let wrong = [
        "_count",
        "_sum",
        "_bucket",
        "_ms",
        "_milliseconds",
        "_minutes",
        "_hours",
        "_kb",
        "_time",
        "_timestamp",
        "_counter",
        "_gauge",
    ];
    match wrong.iter().find(|suffix| name.ends_with(**suffix)) {
        Some(suffix) => Err(format!("must not end in {suffix}")),
        None => Ok(()),
    }
}

/// Plain words, so that no id is among them.
fn check_labels(labels: &str) -> Result<(), String> {
    if labels.is_empty() {
        return Ok(());
    }
    let inside = labels.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    for label in inside.ok_or("the labels do not end")?.split(',') {
        let (name, value) = label.split_once('=').ok_or("a label without value")?;
        let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let value = value.ok_or("a value without quotes")?;
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        if !name.chars().all(plain) || name.starts_with("__") || RESERVED.contains(&name) {
            return Err(format!("{name} is no name for a label"));
        }
        let word = |c: char| plain(c) || c == '-';
        let is_number = value.parse::<f64>().is_ok() || name == "version";
        if !is_number && !value.chars().all(word) {
            return Err(format!("{value} is no plain word"));
        }
    }
    Ok(())
}

/// A metric with this head and these samples.
fn text(name: &str, kind: &str, samples: &[&str]) -> String {
    let samples: String = samples.iter().map(|line| format!("{line}\n")).collect();
    format!("# HELP {name} What it means.\n# TYPE {name} {kind}\n{samples}")
}

#[test]
fn what_is_well_formed_is_read() {
    let counter = text(
        "calsync_a_total",
        "counter",
        &["calsync_a_total{name=\"b-c\"} 2"],
    );
    let read = Exposition::read(&counter).unwrap();
    assert_eq!(read.value("calsync_a_total{name=\"b-c\"}"), 2.0);
    let histogram = [
        "calsync_h_seconds_bucket{le=\"0.5\"} 1",
        "calsync_h_seconds_bucket{le=\"+Inf\"} 2",
        "calsync_h_seconds_sum 3.5",
        "calsync_h_seconds_count 2",
    ];
    Exposition::read(&text("calsync_h_seconds", "histogram", &histogram)).unwrap();
    for left_out in 1..4 {
        let mut broken = histogram.to_vec();
        broken.remove(left_out);
        Exposition::read(&text("calsync_h_seconds", "histogram", &broken)).unwrap_err();
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for (name, kind, sample) in [
        ("calsync_a", "counter", "calsync_a 1"),
        ("calsync_a_total", "gauge", "calsync_a_total 1"),
        ("calsync_a_ms", "gauge", "calsync_a_ms 1"),
        ("calsync_a_timestamp", "gauge", "calsync_a_timestamp 1"),
        ("calsync_a_count", "gauge", "calsync_a_count 1"),
        ("other_a", "gauge", "other_a 1"),
        ("calsync_a", "gauge", "calsync_b 1"),
        ("calsync_a", "gauge", "calsync_a one"),
        ("calsync_a", "gauge", "calsync_a 1\ncalsync_a 1"),
        ("calsync_a", "gauge", "calsync_a{job=\"x\"} 1"),
        ("calsync_a", "gauge", "calsync_a{user=\"u-7\"} 1"),
        (
            "calsync_a",
            "gauge",
            "calsync_a{user=\"ana@example.com\"} 1",
        ),
        ("calsync_a", "gauge", "calsync_a{x=y} 1"),
        ("calsync_a", "gauge", "calsync_a{x=\"y\" 1"),
    ] {
        Exposition::read(&text(name, kind, &[sample])).expect_err(sample);
    }
    for text in [
        "",
        "calsync_a 1\n",
        "# TYPE calsync_a gauge\ncalsync_a 1\n",
        "# HELP calsync_a What it means.\ncalsync_a 1\n",
        "# HELP calsync_a What it means.\n# TYPE calsync_a gauge\n",
        "# HELP calsync_a What it means.\n# TYPE calsync_a gauge\ncalsync_a 1",
        "# HELP calsync_a short\n# TYPE calsync_a gauge\ncalsync_a 1\n",
    ] {
        Exposition::read(text).expect_err(text);
    }
}
