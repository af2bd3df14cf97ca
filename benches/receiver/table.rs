//! The figures, one line a case: the medians of its runs.

use std::time::Duration;

use super::cases::Run;

/// What was measured so far.
#[derive(Default)]
pub(crate) struct Table(Vec<[String; 6]>);

impl Table {
    /// Adds the runs of a case; answers the median of their rates.
    pub(crate) fn add(&mut self, case: &str, runs: &[Run]) -> f64 {
        let rate = median(runs.iter().map(|run| run.found.rate()));
        let within = |share| median(runs.iter().map(|run| millis(run.found.within(share))));
        let cpu = runs.iter().map(|run| {
            let requests = run.found.times.len() as f64;
            run.cpu.as_secs_f64() * 1_000_000.0 / requests
        });
        self.0.push([
            case.to_owned(),
            format!("{rate:.0}"),
            format!("{:.2}", within(0.5)),
            format!("{:.2}", within(0.99)),
            format!("{:.2}", within(1.0)),
            format!("{:.1}", median(cpu)),
        ]);
        println!("measured {case}: {rate:.0} requests/s");
        rate
    }

    /// Adds a line that holds one figure.
    pub(crate) fn note(&mut self, case: &str, figure: &str) {
        let mut line: [String; 6] = std::array::from_fn(|_| String::new());
        (line[0], line[1]) = (case.to_owned(), figure.to_owned());
        self.0.push(line);
    }

    /// Prints it.
    pub(crate) fn print(&self) {
        let head = [
            "case",
            "requests/s",
            "p50 ms",
            "p99 ms",
            "max ms",
            "cpu us/req",
        ];
        print_line(&head.map(str::to_owned));
        self.0.iter().for_each(print_line);
    }
}

fn print_line(line: &[String; 6]) {
    let [case, rest @ ..] = line;
    let rest: String = rest.iter().map(|cell| format!("{cell:>12}")).collect();
    println!("{case:<50}{rest}");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
