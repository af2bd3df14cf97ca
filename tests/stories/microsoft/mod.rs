//! Stories of mailboxes at Microsoft.

mod accounts;
mod alike;
mod answers;
mod brake;
mod clocks;
mod days;
mod disorder;
mod ids;
mod invitations;
mod limits;
mod odd_events;
mod removed;
mod series;
mod token_loss;
mod tokens;
mod window;
