//! The figures, one line a case.

use std::time::Duration;

use super::child::Measured;

/// What was measured so far.
#[derive(Default)]
pub(crate) struct Table(Vec<[String; 7]>);

impl Table {
    /// Adds the runs of a case; answers the median of their time.
    pub(crate) fn add(&mut self, case: &str, runs: &[Measured]) -> Duration {
        let wall = sorted(runs.iter().map(|run| run.wall));
        let cpu = sorted(runs.iter().map(|run| run.cpu));
        let peak = runs.iter().map(|run| run.peak_kib).max().unwrap_or(0);
        let median = wall[wall.len() / 2];
        self.0.push([
            case.to_owned(),
            runs.len().to_string(),
            millis(wall[0]),
            millis(median),
            millis(wall[wall.len() - 1]),
            millis(cpu[cpu.len() / 2]),
            format!("{:.1}", peak as f64 / 1024.0),
        ]);
        println!("measured {case}: {} ms", millis(median));
        median
    }

    /// Adds a line that holds one figure.
    pub(crate) fn note(&mut self, case: &str, figure: &str) {
        let empty = String::new;
        let (case, figure) = (case.to_owned(), figure.to_owned());
        self.0
            .push([case, empty(), empty(), figure, empty(), empty(), empty()]);
    }

    /// Prints it.
    pub(crate) fn print(&self) {
        let head = [
            "case",
            "n",
            "min ms",
            "median ms",
            "max ms",
            "cpu ms",
            "peak MiB",
        ];
        print_line(&head.map(str::to_owned));
        self.0.iter().for_each(print_line);
    }
}

fn print_line(line: &[String; 7]) {
    let [case, rest @ ..] = line;
    let rest: String = rest.iter().map(|cell| format!("{cell:>11}")).collect();
    println!("{case:<44}{rest}");
}

fn sorted(times: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times
}

/// Milliseconds as text.
fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}
