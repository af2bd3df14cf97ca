//! What stands against an account during a cycle.

use std::sync::{Mutex, PoisonError};

use super::failure::{Reach, reach};
use crate::provider::ProviderError;

/// The refusal that concerns a whole account: the first, unless a later one
/// puts the account out of use and not only off for a while.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<Option<ProviderError>>);

impl Trouble {
    /// Takes note of a refusal if it concerns the whole account.
    pub(super) fn note(&self, error: &ProviderError) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lasting = known.as_ref().map(reach) == Some(Reach::Account);
        match reach(error) {
            Reach::Account if !lasting => *known = Some(error.clone()),
            Reach::AccountForNow(_) if known.is_none() => *known = Some(error.clone()),
            Reach::Account | Reach::AccountForNow(_) | Reach::Calendar => {}
        }
    }

    /// What it is, if anything.
    pub(super) fn get(&self) -> Option<ProviderError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lasting_trouble_takes_the_place_of_a_passing_one_and_stays() {
        let reason = String::new;
        let limited = ProviderError::RateLimited {
            reason: reason(),
            retry_after: None,
        };
        let revoked = ProviderError::ReauthRequired { reason: reason() };
        let operator = ProviderError::Operator { reason: reason() };
        let trouble = Trouble::default();
        trouble.note(&ProviderError::NotFound);
        assert!(trouble.get().is_none());
        trouble.note(&limited);
        assert!(matches!(
            trouble.get(),
            Some(ProviderError::RateLimited { .. })
        ));
        for later in [&revoked, &limited, &operator] {
            trouble.note(later);
            let known = trouble.get();
            assert!(
                matches!(known, Some(ProviderError::ReauthRequired { .. })),
                "{known:?}"
            );
        }
    }
}
