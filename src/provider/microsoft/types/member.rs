//! Members of which it counts whether they are there.

use serde::{Deserialize, Deserializer};

/// A member that may be absent or null.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::provider::microsoft) enum Member<T> {
    /// It is not there.
    #[default]
    Absent,
    /// It is there, as null.
    Null,
    /// It has a value.
    Given(T),
}

impl<T> Member<T> {
    /// Its value.
    pub(in crate::provider::microsoft) fn value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Given(value) => Some(value),
        }
    }

    /// Its value, to look at.
    pub(in crate::provider::microsoft) fn get(&self) -> Option<&T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Given(value) => Some(value),
        }
    }

    /// Whether it is there.
    pub(in crate::provider::microsoft) fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Null, Self::Given))
    }
}
