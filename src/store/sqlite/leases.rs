//! Leases: a row says who holds what until when.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;

use super::SqliteStore;
use super::convert::Milli;
use super::error::{Fault, Outcome};
use crate::model::lease::{Lease, LeaseName};
use crate::store::{Leases, Result, StoreError};

/// No lease lasts longer. One that ends later was taken by a clock that has
/// been set back since, and nobody may have to wait for that.
const LONGEST: TimeDelta = TimeDelta::hours(1);

#[async_trait]
impl Leases for SqliteStore {
    async fn lease_acquire(&self, lease: &Lease, now: DateTime<Utc>) -> Result<bool> {
        let lease = lease.clone();
        self.write(move |tx| {
            let sql = "INSERT INTO leases (name, owner, until) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
                WHERE owner = excluded.owner OR until <= ?4 OR until > ?5";
            let name = lease.name.to_string();
            let until = Milli(lease.until);
            let row = (name, lease.owner, until, Milli(now), Milli(now + LONGEST));
            Ok(tx.prepare_cached(sql)?.execute(row)? > 0)
        })
        .await
    }

    async fn lease_extend(&self, owner: &str, until: DateTime<Utc>) -> Result<()> {
        let owner = owner.to_owned();
        self.write(move |tx| {
            let sql = "UPDATE leases SET until = max(until, ?2) WHERE owner = ?1";
            tx.prepare_cached(sql)?.execute((owner, Milli(until)))?;
            Ok(())
        })
        .await
    }

    async fn lease_release(&self, name: &LeaseName, owner: &str) -> Result<()> {
        let (name, owner) = (name.to_string(), owner.to_owned());
        self.write(move |tx| {
            let sql = "DELETE FROM leases WHERE name = ?1 AND owner = ?2";
            tx.prepare_cached(sql)?.execute((name, owner))?;
            Ok(())
        })
        .await
    }
}

/// Refuses a write whose lease somebody else took over or that was given
/// back. One that has ended but that nobody took still protects.
pub(super) fn require(connection: &Connection, lease: &Lease) -> Outcome<()> {
    let sql = "SELECT 1 FROM leases WHERE name = ?1 AND owner = ?2";
    let name = lease.name.to_string();
    if connection
        .prepare_cached(sql)?
        .exists((&name, &lease.owner))?
    {
        return Ok(());
    }
    Err(Fault::Store(StoreError::LeaseLost(name)))
}
