//! Small charts, as SVG within the page.

use super::markup::escaped;
use super::{LENGTH_S, NUMBER};
use crate::model::run::RunSpan;
use crate::operator::output::counted;
use crate::operator::status::words::{age, took};

/// The width of a bar of the history, and with the room beside it.
const BAR: u32 = 7;
const STEP: u32 = 9;

/// How high the highest bar of the history is.
const HIGH: u64 = 48;

/// Where the bars of a chart with labels begin, and how long the longest is.
const LABEL: u64 = 120;
const LONG: u64 = 400;

/// How high a line of such a chart is.
const LINE: usize = 22;

/// The history of a job: how long the longest cycle of each stretch took, in
/// the colour of the worst outcome.
pub(super) fn history(job: &str, spans: &[&RunSpan]) -> String {
    let longest = spans.iter().map(|span| span.longest_ms).max().unwrap_or(0);
    let bars: String = spans.iter().map(|span| stretch(span, longest)).collect();
    let width = NUMBER * STEP;
    let (line, height, text) = (HIGH + 1, HIGH + 18, HIGH + 14);
    let ago = age(i64::from(LENGTH_S) * i64::from(NUMBER));
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"cycles of {job}\">\n{bars}\
         <line class=\"axis\" x1=\"0\" x2=\"{width}\" y1=\"{line}\" y2=\"{line}\"/>\n\
         <text x=\"0\" y=\"{text}\">{ago} ago</text>\n\
         <text x=\"{width}\" y=\"{text}\" text-anchor=\"end\">now; highest: {longest}</text>\n\
         </svg>\n",
        job = escaped(job),
        longest = took(longest),
    )
}

fn stretch(span: &RunSpan, longest: u64) -> String {
    let high = share(span.longest_ms, longest, HIGH).max(2);
    let (x, y) = (span.at * STEP, HIGH - high);
    let class = worst(span);
    format!(
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BAR}\" height=\"{high}\">\
         <title>{}</title></rect>\n",
        said(span)
    )
}

/// The worst outcome.
fn worst(span: &RunSpan) -> &'static str {
    let outcomes = [
        (span.failed, "failed"),
        (span.partial, "partial"),
        (span.deferred, "deferred"),
    ];
    let mut outcomes = outcomes.iter().filter(|(number, _)| *number > 0);
    outcomes.next().map_or("ok", |(_, outcome)| outcome)
}

fn said(span: &RunSpan) -> String {
    let mut said = vec![counted(span.runs, "cycle")];
    for (number, what) in [
        (span.failed, "failed"),
        (span.partial, "partial"),
        (span.deferred, "deferred"),
    ] {
        if number > 0 {
            said.push(format!("{number} {what}"));
        }
    }
    said.push(format!("the longest took {}", took(span.longest_ms)));
    said.join(", ")
}

/// A line with a bar for each: a label, a number, and the class that colours it.
pub(super) fn bars(about: &str, bars: &[(String, u64, &'static str)]) -> String {
    let most = bars.iter().map(|(_, number, _)| *number).max().unwrap_or(0);
    let lines: String = bars
        .iter()
        .enumerate()
        .map(|(at, bar)| bar_line(at * LINE, bar, most))
        .collect();
    let (width, height) = (LABEL + LONG + 60, bars.len() * LINE);
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"{}\">\n{lines}</svg>\n",
        escaped(about)
    )
}

fn bar_line(top: usize, (label, number, class): &(String, u64, &'static str), most: u64) -> String {
    let long = share(*number, most, LONG);
    let (label, text, bar) = (escaped(label), top + 15, top + 4);
    let end = LABEL + long + 6;
    format!(
        "<text x=\"0\" y=\"{text}\">{label}</text>\
         <rect class=\"{class}\" x=\"{LABEL}\" y=\"{bar}\" width=\"{long}\" height=\"14\"/>\
         <text x=\"{end}\" y=\"{text}\">{number}</text>\n"
    )
}

/// A number as a part of a length, where the most takes all of it.
fn share(number: u64, most: u64, length: u64) -> u64 {
    let part = u128::from(number) * u128::from(length) / u128::from(most.max(1));
    u64::try_from(part).unwrap_or(length).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_takes_the_whole_length_and_nothing_takes_none() {
        assert_eq!(share(7, 7, 48), 48);
        assert_eq!(share(0, 7, 48), 0);
        assert_eq!(share(0, 0, 48), 0);
        assert_eq!(share(u64::MAX, u64::MAX, 48), 48);
    }

    #[test]
    fn a_stretch_has_the_colour_of_its_worst_cycle() {
        let span = |failed, partial| RunSpan {
            job: "pull".to_owned(),
            at: 1,
            runs: 3,
            partial,
            failed,
            deferred: 0,
            longest_ms: 1500,
        };
        assert_eq!(worst(&span(1, 1)), "failed");
        assert_eq!(worst(&span(0, 1)), "partial");
        assert_eq!(worst(&span(0, 0)), "ok");
        let expected = "3 cycles, 1 failed, the longest took 1.5 s";
        assert_eq!(said(&span(1, 0)), expected);
    }
}
