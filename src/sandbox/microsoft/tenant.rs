//! Which tenants a request may name.

use super::grant::{Refusal, refusal};
use super::world::World;

/// The tenants that stand for many.
const SHARED: [&str; 3] = ["common", "organizations", "consumers"];

/// Whether the app may be used by way of `tenant`, and `tenant` exists.
pub(super) fn check(world: &World, tenant: &str) -> Result<(), Refusal> {
    let shared = SHARED.contains(&tenant);
    let known = |tenant| {
        let mut all = world.mailboxes.values();
        all.any(|mailbox| mailbox.tenant == tenant)
    };
    match (world.behaviour.single_tenant, shared) {
        (true, true) => Err(refusal(
            400,
            "invalid_request",
            50_194,
            "Application is not configured as a multi-tenant application.",
        )),
        (false, true) => Ok(()),
        (_, false) if known(tenant) => Ok(()),
        (_, false) => Err(unknown()),
    }
}

/// Whether `account` may be used by way of `tenant`.
pub(super) fn holds(world: &World, tenant: &str, account: &str) -> bool {
    let mailbox = world.mailboxes.get(account);
    mailbox.is_some_and(|mailbox| mailbox.tenant == tenant || SHARED.contains(&tenant))
}

/// The refusal of a tenant that does not exist.
pub(super) fn unknown() -> Refusal {
    refusal(400, "invalid_request", 90_002, "Tenant was not found.")
}
