//! The application's tasks.

use async_trait::async_trait;

use super::Result;
use crate::model::id::UserId;
use crate::model::task::Task;

/// The application's tasks; it may write them itself.
#[async_trait]
pub trait Tasks {
    /// Creates tasks, or replaces those that have the same id; all of them or
    /// none. A task cannot change its user.
    async fn task_upsert(&self, tasks: Vec<Task>) -> Result<()>;
    /// The tasks that are not deleted, of a user or of all, by user and id.
    async fn task_list(&self, user: Option<&UserId>) -> Result<Vec<Task>>;
}
