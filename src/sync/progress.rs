//! How a cycle tells how far it has come.

/// Told by a cycle how far it has come; whether and how that is shown is not
/// the cycle's concern.
pub trait Progress: Send + Sync {
    /// So many more calendars are to be synced.
    fn scheduled(&self, calendars: u64);
    /// One calendar is dealt with, well or badly.
    fn calendar_done(&self);
    /// So many more events were read or written.
    fn events(&self, count: u64);
    /// The cycle is over.
    fn finish(&self);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn scheduled(&self, _calendars: u64) {}
    fn calendar_done(&self) {}
    fn events(&self, _count: u64) {}
    fn finish(&self) {}
}
