//! Exit codes: who must act.

use std::process::ExitCode;

use crate::config::ConfigError;
use crate::jobs::{Incomplete, WrongArgument};
use crate::provider::ProviderError;
use crate::queue::QueueError;
use crate::store::StoreError;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, also when nothing was due.
    Done = 0,
    /// The cycle failed.
    Failed = 1,
    /// Wrong arguments.
    Usage = 2,
    /// Some units failed, the rest is done.
    Partial = 3,
    /// A dependency is not reachable: the next timer tries again.
    Unreachable = 75,
    /// The configuration is wrong.
    Config = 78,
}

impl Exit {
    /// Who must act on an error.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        if error.is::<ConfigError>() {
            return Self::Config;
        }
        if error.is::<WrongArgument>() {
            return Self::Usage;
        }
        if error.is::<Incomplete>() {
            return Self::Partial;
        }
        if let Some(error) = error.downcast_ref::<QueueError>() {
            return match error {
                QueueError::Unavailable { .. } => Self::Unreachable,
                QueueError::Unusable { .. } => Self::Failed,
            };
        }
        match error.downcast_ref::<ProviderError>() {
            Some(ProviderError::Unavailable { .. }) => return Self::Unreachable,
            Some(ProviderError::Operator { .. }) => return Self::Config,
            Some(_) | None => {}
        }
        match error.downcast_ref::<StoreError>() {
            Some(StoreError::Unavailable { .. }) => Self::Unreachable,
            Some(StoreError::NoKey { .. }) => Self::Config,
            Some(StoreError::NoSuch(_)) => Self::Usage,
            Some(_) | None => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
