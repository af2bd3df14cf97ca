//! What the tests share: whole worlds to sync in, the program, and how to read
//! them.

pub(crate) mod browser;
pub(crate) mod chance;
pub(crate) mod conform;
pub(crate) mod connecting;
pub(crate) mod cycle;
pub(crate) mod event;
pub(crate) mod front;
pub(crate) mod look;
pub(crate) mod microsoft;
pub(crate) mod place;
pub(crate) mod planner;
pub(crate) mod program;
pub(crate) mod prometheus;
pub(crate) mod redis;
pub(crate) mod services;
pub(crate) mod serving;
pub(crate) mod story;
pub(crate) mod webhooks;
pub(crate) mod wire;
