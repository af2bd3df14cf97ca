//! The overview, drawn anew again and again.

use std::io::{self, IsTerminal};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::health::Health;
use super::overview::Overview;
use super::paint::Paint;
use super::text;
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::operator::output::Output;

/// Clears the terminal.
const CLEAR: &str = "\x1b[2J";
/// Goes to its top left corner.
const HOME: &str = "\x1b[H";
/// Clears what is left of a line, and of everything below it.
const REST_OF_LINE: &str = "\x1b[K";
const REST: &str = "\x1b[J";

/// Draws until Ctrl-C; how things stood at last.
pub(super) async fn until_interrupted(
    cx: &Context,
    out: Output,
    seconds: u64,
) -> anyhow::Result<Health> {
    if out.json || out.quiet || !io::stdout().is_terminal() {
        let text = "--watch draws on a terminal: leave out --json and -q and do not redirect \
                    stdout, or run `calsync status` again and again";
        return Err(WrongArgument(text.to_owned()).into());
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let paint = Paint::of_stdout();
    let mut before = CLEAR;
    loop {
        let (overview, _) = Overview::of(cx).await;
        out.line(&frame(before, &text::whole(&overview, paint)))?;
        before = "";
        tokio::select! {
            _ = interrupt.recv() => return Ok(overview.health),
            () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
        }
    }
}

/// The text over what was drawn before, without flickering.
fn frame(before: &str, text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let text = lines.join(&format!("{REST_OF_LINE}\n"));
    format!("{before}{HOME}{text}{REST_OF_LINE}{REST}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_covers_what_was_drawn_before() {
        assert_eq!(frame(CLEAR, "a\nb"), "\x1b[2J\x1b[Ha\x1b[K\nb\x1b[K\x1b[J");
    }
}
