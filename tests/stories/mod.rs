//! Whole syncs against the model of Google. Each ends with "run it again,
//! nothing happens" and with what the timeline then holds.

mod clocks;
mod days;
mod invitations;
mod series;
mod sync_token;
mod window;
