//! What the tests share: whole worlds to sync in, and how to read them.

pub(crate) mod cycle;
pub(crate) mod event;
pub(crate) mod look;
pub(crate) mod place;
pub(crate) mod story;
pub(crate) mod wire;
