//! What an operator asks for: commands that look at or change what the jobs
//! work with.

mod accounts;
mod calendars;
mod conflicts;
mod connect;
#[cfg(feature = "sandbox")]
mod demo;
mod doctor;
mod events;
mod explain;
mod import;
mod keygen;
mod migrate;
mod output;
mod prefs;
mod queue;
mod status;
mod summary;
mod tasks;
mod users;
mod visit;

pub use self::accounts::Accounts;
pub use self::calendars::Calendars;
pub use self::conflicts::Conflicts;
pub use self::connect::Connect;
#[cfg(feature = "sandbox")]
pub use self::demo::Demo;
pub use self::doctor::{Doctor, Verdict};
pub use self::events::Events;
pub use self::explain::Explain;
pub use self::keygen::Keygen;
pub use self::migrate::Migrate;
pub use self::output::Output;
pub use self::prefs::Prefs;
pub use self::queue::Queue;
pub use self::status::{Health, Status};
pub use self::summary::{forecast, plan, summary};
pub use self::tasks::Tasks;
pub use self::users::Users;
