//! Whole syncs against the model of Google. Each ends with "run it again,
//! nothing happens" and with what the timeline then holds.

mod accounts;
mod answers;
mod brake;
mod clocks;
mod days;
mod invitations;
mod odd_events;
mod series;
mod sync_token;
mod tokens;
mod window;
