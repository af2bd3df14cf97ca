//! Stories of mailboxes at Microsoft.

mod clocks;
mod days;
mod removed;
mod series;
mod token_loss;
