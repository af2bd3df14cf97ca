//! Stories of mailboxes at Microsoft.

mod accounts;
mod alike;
mod answers;
mod brake;
mod clocks;
mod days;
mod discovery;
mod disorder;
mod ids;
mod invitations;
mod limits;
mod odd_events;
mod reading_again;
mod removed;
mod series;
mod token_loss;
mod tokens;
mod watches;
mod window;
