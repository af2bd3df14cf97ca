//! The application's side: what its users plan.

use chrono::{DateTime, Utc};

use super::content::Content;
use super::id::{TaskId, UserId};

/// A task of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The application's id.
    pub id: TaskId,
    /// Whose it is.
    pub user_id: UserId,
    /// What travels to the event and back.
    pub content: Content,
    /// The application's word for how far it has come.
    pub status: String,
    /// When the application, or a sync, last changed it.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}
