//! What tests look at and inject: requests, mails, faults, switches, budget.

use super::Microsoft;
use super::behaviour::{Behaviour, Budget};
use super::faults::Fault;
use super::log::{Logged, Mail};

impl Microsoft {
    /// Every request since the last [`Microsoft::clear_requests`], oldest first.
    pub fn requests(&self) -> Vec<Logged> {
        self.with(|world| world.log.entries())
    }

    /// Forgets requests, mails and high-water marks.
    pub fn clear_requests(&self) {
        self.with(|world| world.log.clear());
    }

    /// Keeps at most this many requests (100,000 unless set).
    pub fn keep_requests(&self, limit: usize) {
        self.with(|world| world.log.keep(limit));
    }

    /// The most API requests of an account that were under way at once,
    /// refused ones too.
    pub fn max_concurrency(&self, email: &str) -> usize {
        self.with(|world| world.log.concurrency(email))
    }

    /// Every write after which Microsoft has mailed attendees.
    pub fn mails(&self) -> Vec<Mail> {
        self.with(|world| world.log.mails.clone())
    }

    /// Injects a fault; several may hit one request.
    pub fn inject(&self, fault: Fault) {
        self.with(|world| world.faults.add(fault));
    }

    /// Takes back the faults that still wait.
    pub fn clear_faults(&self) {
        self.with(|world| world.faults.clear());
    }

    /// How many faults still wait for a request.
    pub fn faults_left(&self) -> usize {
        self.with(|world| world.faults.len())
    }

    /// Changes switches.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        self.with(|world| change(&mut world.behaviour));
    }

    /// Sets or lifts the budget of requests for each mailbox.
    pub fn budget(&self, budget: Option<Budget>) {
        self.with(|world| world.spending.budget = budget);
    }
}
