//! Progress bars.

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::sync::progress::Progress;

/// Progress bars: calendars done and to do, events so far and a second.
#[derive(Debug)]
pub struct Bars {
    calendars: ProgressBar,
    events: ProgressBar,
}

impl Bars {
    /// Bars on this screen; nothing is drawn before something is scheduled.
    pub fn new(screen: &MultiProgress) -> anyhow::Result<Self> {
        let calendars = ProgressStyle::with_template("calendars {bar:30} {pos}/{len} [{elapsed}]")?;
        let events = ProgressStyle::with_template("events    {human_pos} ({rate}/s)")?
            .with_key("rate", rate);
        Ok(Self {
            calendars: screen.add(ProgressBar::new(0)).with_style(calendars),
            events: screen.add(ProgressBar::no_length()).with_style(events),
        })
    }
}

/// Events a second since the work began. The bars' own estimate follows bursts:
/// a page of 2500 events would show as millions a second.
fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let tenths = u64::try_from(state.elapsed().as_millis() / 100).unwrap_or(u64::MAX);
    // A number that cannot be drawn is no reason to stop.
    write!(out, "{}", state.pos().saturating_mul(10) / tenths.max(1)).ok();
}

impl Progress for Bars {
    fn scheduled(&self, calendars: u64) {
        if self.calendars.length() == Some(0) || self.calendars.is_finished() {
            self.calendars.set_length(calendars);
            self.calendars.reset();
            self.events.reset();
        } else {
            self.calendars.inc_length(calendars);
        }
    }

    fn calendar_done(&self) {
        self.calendars.inc(1);
    }

    fn events(&self, count: u64) {
        self.events.inc(count);
    }

    fn finish(&self) {
        self.calendars.finish_and_clear();
        self.events.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressDrawTarget;

    use super::*;

    #[test]
    fn bars_count_what_they_are_told() {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let bars = Bars::new(&screen).unwrap();
        bars.scheduled(2);
        bars.scheduled(1);
        bars.calendar_done();
        bars.events(40);
        assert_eq!(
            (bars.calendars.length(), bars.calendars.position()),
            (Some(3), 1)
        );
        assert_eq!(bars.events.position(), 40);
        bars.finish();
        assert!(bars.calendars.is_finished() && bars.events.is_finished());
        bars.scheduled(4);
        assert_eq!(
            (bars.calendars.length(), bars.calendars.position()),
            (Some(4), 0)
        );
    }
}
