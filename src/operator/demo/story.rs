//! What the demo tells people while it runs.

use super::world::World;
use crate::model::timeline::TimelineRow;
use crate::operator::events::table;
use crate::operator::output::Output;

/// Rows of the timeline that are shown.
const EXCERPT: usize = 20;

/// Tells people; programs get the result alone.
pub(super) fn say(out: Output, text: &str) -> std::io::Result<()> {
    if out.json { Ok(()) } else { out.line(text) }
}

/// The beginning of a timeline.
pub(super) fn excerpt(
    out: Output,
    world: &World,
    title: &str,
    rows: &[TimelineRow],
) -> std::io::Result<()> {
    if out.json {
        return Ok(());
    }
    say(out, title)?;
    table(out, &world.user, &rows[..rows.len().min(EXCERPT)])?;
    match rows.len().saturating_sub(EXCERPT) {
        0 => Ok(()),
        more => say(out, &format!("and {more} more")),
    }
}
