//! Tasks become events, and edits flow both ways.

mod answers;
mod brake;
mod conflicts;
mod edits;
mod removals;
mod tasks;
mod week;
