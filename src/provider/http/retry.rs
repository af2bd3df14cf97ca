//! Brief retries inside a request. Whatever takes longer is the next cycle's:
//! the error then says when to come back.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::provider::{ProviderError, Result};

/// How failures are repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// How often a request is sent at most.
    pub attempts: usize,
    /// The wait before the second attempt; each later one doubles. Up to the
    /// same again is added at random.
    pub min_delay: Duration,
    /// The longest wait, before the random part.
    pub max_delay: Duration,
    /// The longest wait that a provider may ask for. When it asks for more,
    /// the request fails at once and says how long.
    pub max_retry_after: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            attempts: 3,
            min_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(20),
        }
    }
}

/// The retries that one request has left.
pub(super) struct Retries {
    delays: ExponentialBackoff,
    max_retry_after: Duration,
    idempotent: bool,
}

impl Retries {
    /// All the retries of a request.
    pub(super) fn new(settings: &RetrySettings, idempotent: bool) -> Self {
        let delays = ExponentialBuilder::default()
            .with_max_times(settings.attempts.saturating_sub(1))
            .with_min_delay(settings.min_delay)
            .with_max_delay(settings.max_delay)
            .with_jitter()
            .build();
        Self {
            delays,
            max_retry_after: settings.max_retry_after,
            idempotent,
        }
    }

    /// Waits for the next attempt.
    ///
    /// # Errors
    /// The given error, when there is no next attempt.
    pub(super) async fn wait_or_fail(&mut self, error: ProviderError) -> Result<()> {
        match self.delay(&error) {
            Some(delay) => tokio::time::sleep(delay).await,
            None => return Err(error),
        }
        Ok(())
    }

    /// How long to wait after a failure; `None` to give up.
    fn delay(&mut self, error: &ProviderError) -> Option<Duration> {
        let asked = match error {
            ProviderError::RateLimited { retry_after, .. }
            | ProviderError::Unavailable { retry_after, .. } => *retry_after,
            ProviderError::SyncTokenExpired
            | ProviderError::ReauthRequired { .. }
            | ProviderError::Unauthorized { .. }
            | ProviderError::ScopeMissing { .. }
            | ProviderError::Operator { .. }
            | ProviderError::Credentials { .. }
            | ProviderError::QuotaExceeded { .. }
            | ProviderError::NotFound
            | ProviderError::Gone
            | ProviderError::Forbidden { .. }
            | ProviderError::Conflict { .. }
            | ProviderError::PreconditionFailed
            | ProviderError::Invalid { .. }
            | ProviderError::Unwatchable { .. }
            | ProviderError::AddressRefused { .. }
            | ProviderError::Protocol { .. } => return None,
        };
        let computed = self.delays.next().filter(|_| self.idempotent)?;
        let patience = self.max_retry_after;
        asked.map_or(Some(computed), |asked| (asked <= patience).then_some(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> RetrySettings {
        RetrySettings::default()
    }

    fn unavailable(retry_after: Option<u64>) -> ProviderError {
        ProviderError::Unavailable {
            reason: "backendError".into(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn delays_double_with_jitter_and_end_after_the_attempts() {
        let mut retries = Retries::new(&settings(), true);
        let mut delay = || retries.delay(&unavailable(None)).map(|d| d.as_millis());
        assert!((500..=1000).contains(&delay().unwrap()));
        assert!((1000..=2000).contains(&delay().unwrap()));
        assert_eq!(delay(), None);
    }

    #[test]
    fn what_the_provider_asks_for_overrides_the_computed_delay() {
        let mut retries = Retries::new(&settings(), true);
        let asked = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(retries.delay(&unavailable(Some(7))), asked(7));
        assert_eq!(retries.delay(&unavailable(Some(20))), asked(20));
        assert_eq!(retries.delay(&unavailable(Some(1))), None);
    }

    #[test]
    fn a_wait_beyond_the_cap_is_left_to_the_caller() {
        let mut retries = Retries::new(&settings(), true);
        assert_eq!(retries.delay(&unavailable(Some(21))), None);
    }

    #[test]
    fn a_request_that_is_not_idempotent_is_never_repeated() {
        let mut retries = Retries::new(&settings(), false);
        assert_eq!(retries.delay(&unavailable(None)), None);
    }

    #[test]
    fn only_passing_failures_are_repeated() {
        let mut retries = Retries::new(&settings(), true);
        assert_eq!(retries.delay(&ProviderError::NotFound), None);
        let reason = String::from("quotaExceeded");
        assert_eq!(
            retries.delay(&ProviderError::QuotaExceeded { reason }),
            None
        );
        let reason = String::from("rateLimitExceeded");
        let limited = ProviderError::RateLimited {
            reason,
            retry_after: None,
        };
        assert!(retries.delay(&limited).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_takes_as_long_as_the_provider_asked() {
        let mut retries = Retries::new(&settings(), true);
        let begun = tokio::time::Instant::now();
        retries.wait_or_fail(unavailable(Some(12))).await.unwrap();
        assert_eq!(begun.elapsed(), Duration::from_secs(12));
    }
}
