//! What tests of several kinds share.

#[cfg(feature = "sandbox")]
pub(crate) mod program;
