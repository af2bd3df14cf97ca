//! Whole syncs against the models of the providers. Each ends with "run it again,
//! nothing happens" and with what the timeline then holds.

mod accounts;
mod answers;
mod brake;
mod chance;
mod clocks;
mod crash;
mod days;
mod discovery;
mod drain;
mod due;
mod invitations;
mod leases;
mod limits;
mod look_alikes;
mod meanwhile;
mod microsoft;
mod odd_events;
mod planner;
mod receiver;
mod refused_token;
mod rest;
mod series;
mod stop;
mod sync_token;
mod tokens;
mod watches;
mod watches_in_trouble;
mod window;
mod working_hours;
