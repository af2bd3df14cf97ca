//! Look-alikes, as the seam offers them. What is hidden by which question is
//! in `calendar_events.hidden_by`; the view `calendar_timeline` follows it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};

use super::convert::{Milli, count};
use super::error::Outcome;
use super::{SqliteStore, conflicts, twins};
use crate::model::conflict::Conflict;
use crate::model::id::{ConflictId, EventId, UserId};
use crate::model::look_alike::{Keep, Twins};
use crate::store::{LookAlikes, Note, Noted, Result};

#[async_trait]
impl LookAlikes for SqliteStore {
    async fn look_alike_list(
        &self,
        user: &UserId,
        after: Option<(EventId, EventId)>,
        most: u32,
    ) -> Result<Vec<Twins>> {
        let user = user.clone();
        self.read(move |tx| twins::list(tx, &user, after, most))
            .await
    }

    async fn look_alike_note(&self, notes: Vec<Note>, now: DateTime<Utc>) -> Result<Noted> {
        self.write(move |tx| {
            let mut writer = Writer::new(tx, now);
            for note in &notes {
                writer.note(note)?;
            }
            Ok(writer.noted)
        })
        .await
    }

    async fn look_alike_keep(
        &self,
        id: &ConflictId,
        keep: Keep,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let id = id.clone();
        self.write(move |tx| Writer::new(tx, now).keep(&id, &keep))
            .await
    }
}

/// What settles a question when both events are kept.
pub(super) const KEEP_BOTH: &str = "keep_both";

/// Writes down what was decided.
struct Writer<'a> {
    connection: &'a Connection,
    now: DateTime<Utc>,
    noted: Noted,
}

/// The two events of a question, the one that is kept first.
type Sides = (EventId, EventId);

impl<'a> Writer<'a> {
    fn new(connection: &'a Connection, now: DateTime<Utc>) -> Self {
        Self {
            connection,
            now,
            noted: Noted::default(),
        }
    }

    fn note(&mut self, note: &Note) -> Outcome<()> {
        match note {
            Note::Ask(question) => match (self.ask(question)?, &question.strategy) {
                (None, _) => {}
                (Some(_), None) => self.noted.asked += 1,
                (Some(sides), Some(strategy)) => self.settle(&question.id, &sides, strategy)?,
            },
            Note::Settle { id, kept, strategy } => {
                let sides = self.sides(id, true)?.and_then(|sides| keeping(sides, kept));
                if let Some(sides) = sides
                    && self.are_there(&sides, None)?
                {
                    self.settle(id, &sides, strategy)?;
                }
            }
            Note::Drop(id) => self.drop_question(id)?,
        }
        Ok(())
    }

    /// Asks a question about two events that can be seen, if nobody did.
    fn ask(&self, question: &Conflict) -> Outcome<Option<Sides>> {
        let both = question
            .event_id
            .clone()
            .zip(question.other_event_id.clone());
        let Some(sides) = both else {
            return Ok(None);
        };
        if !self.are_there(&sides, None)? || self.is_asked(&sides)? {
            return Ok(None);
        }
        conflicts::insert(self.connection, question)?;
        Ok(Some(sides))
    }

    /// Whether a question about two events is open or settled.
    fn is_asked(&self, (one, other): &Sides) -> Outcome<bool> {
        let sql = "SELECT 1 FROM calendar_sync_conflicts
            WHERE kind = 'duplicate' AND resolution_status <> 'moot'
              AND min(event_id, other_event_id) = min(?1, ?2)
              AND max(event_id, other_event_id) = max(?1, ?2)";
        Ok(self.connection.prepare_cached(sql)?.exists((one, other))?)
    }

    /// Whether two events are there, and not hidden except for this question.
    fn are_there(&self, (one, other): &Sides, by: Option<&ConflictId>) -> Outcome<bool> {
        let sql = "SELECT count(*) FROM calendar_events
            WHERE id IN (?1, ?2) AND removed_at IS NULL AND status <> 'cancelled'
              AND parked_by IS NULL AND (hidden_by IS NULL OR hidden_by IS ?3)";
        let mut rows = self.connection.prepare_cached(sql)?;
        let there: i64 = rows.query_row((one, other, by), |row| row.get(0))?;
        Ok(there == 2)
    }

    /// The events of a question that is open, or also of one that is settled.
    fn sides(&self, id: &ConflictId, open_only: bool) -> Outcome<Option<Sides>> {
        let sql = "SELECT event_id, other_event_id FROM calendar_sync_conflicts
            WHERE id = ?1 AND kind = 'duplicate' AND event_id IS NOT NULL
              AND other_event_id IS NOT NULL
              AND (resolution_status = 'open' OR resolution_status = 'resolved' AND NOT ?2)";
        let mut rows = self.connection.prepare_cached(sql)?;
        let sides = rows.query_row((id, open_only), |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(sides.optional()?)
    }

    /// Settles a question as a person says.
    fn keep(&mut self, id: &ConflictId, keep: &Keep) -> Outcome<bool> {
        let Some(sides) = self.sides(id, false)? else {
            return Ok(false);
        };
        if !self.are_there(&sides, Some(id))? {
            return Ok(false);
        }
        match keep {
            Keep::Both => {
                self.reveal(id)?;
                self.resolve(id, KEEP_BOTH)?;
            }
            Keep::One(kept) => {
                let Some(sides) = keeping(sides, kept) else {
                    return Ok(false);
                };
                self.settle(id, &sides, "keep_one")?;
            }
        }
        Ok(true)
    }

    /// Hides the other of two events for a question.
    fn settle(&mut self, id: &ConflictId, sides: &Sides, strategy: &str) -> Outcome<()> {
        let (kept, hidden) = sides;
        self.reveal(id)?;
        let swap = "UPDATE calendar_sync_conflicts
            SET event_id = other_event_id, other_event_id = event_id, ours = theirs, theirs = ours,
                calendar_id = (SELECT calendar_id FROM calendar_events WHERE id = ?2)
            WHERE id = ?1 AND other_event_id = ?2";
        self.connection.prepare_cached(swap)?.execute((id, kept))?;
        self.resolve(id, strategy)?;
        self.release(id, hidden)?;
        let hide = "UPDATE calendar_events SET hidden_by = ?1 WHERE id = ?2";
        self.connection
            .prepare_cached(hide)?
            .execute((id, hidden))?;
        self.noted.settled += 1;
        Ok(())
    }

    fn resolve(&self, id: &ConflictId, strategy: &str) -> Outcome<()> {
        let sql = "UPDATE calendar_sync_conflicts
            SET resolution_status = 'resolved', strategy = ?2, resolved_at = ?3 WHERE id = ?1";
        let row = (id, strategy, Milli(self.now));
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// Of an event that is to be hidden for a question: what it kept hidden
    /// shows again, and other questions about it are moot, unless they were
    /// settled by keeping both.
    fn release(&mut self, id: &ConflictId, event: &EventId) -> Outcome<()> {
        let sql = "
            SELECT id FROM calendar_sync_conflicts
            WHERE event_id = ?1 AND id <> ?2 AND resolution_status <> 'moot'
              AND strategy IS NOT 'keep_both'
            UNION
            SELECT id FROM calendar_sync_conflicts
            WHERE other_event_id = ?1 AND id <> ?2 AND resolution_status <> 'moot'
              AND strategy IS NOT 'keep_both'";
        let mut rows = self.connection.prepare_cached(sql)?;
        let others = rows
            .query_map((event, id), |row| row.get(0))?
            .collect::<Result<Vec<ConflictId>, _>>()?;
        others
            .iter()
            .try_for_each(|other| self.drop_question(other))
    }

    /// A question is moot.
    fn drop_question(&mut self, id: &ConflictId) -> Outcome<()> {
        self.reveal(id)?;
        let sql = "UPDATE calendar_sync_conflicts
            SET resolution_status = 'moot', resolved_at = ?2
            WHERE id = ?1 AND kind = 'duplicate' AND resolution_status <> 'moot'";
        let row = (id, Milli(self.now));
        self.noted.moot += count(self.connection.prepare_cached(sql)?.execute(row)?);
        Ok(())
    }

    /// What a question hid shows again.
    fn reveal(&self, id: &ConflictId) -> Outcome<()> {
        let sql = "UPDATE calendar_events SET hidden_by = NULL WHERE hidden_by = ?1";
        self.connection.prepare_cached(sql)?.execute([id])?;
        Ok(())
    }
}

/// Two events, the one that is to be kept first; none when it is neither.
fn keeping((one, other): Sides, kept: &EventId) -> Option<Sides> {
    match kept {
        kept if *kept == one => Some((one, other)),
        kept if *kept == other => Some((other, one)),
        _ => None,
    }
}
