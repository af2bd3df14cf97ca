//! `calsync` keeps users' Google and Microsoft calendars in step with an
//! application's database.
//!
//! Every subcommand runs one cycle and exits; timers decide when. The modules
//! stand on floors: each uses only the floors below it (`tests/floors.rs`
//! checks that).
//!
//! | floor | modules | what they are |
//! |---|---|---|
//! | 5 | `cli`, `telemetry` | edge: arguments, logging, progress, exit codes |
//! | 4 | `jobs`, `server`, `operator`, `context`, `config`, `sandbox` | commands and what they are given |
//! | 3 | `sync` | carries decisions out |
//! | 2 | `provider`, `store`, `queue` | seams; adapters private below each |
//! | 1 | `engine` | pure decisions |
//! | 0 | `model` | values, no I/O, no async |

pub mod cli;
pub mod config;
pub mod context;
pub mod engine;
pub mod jobs;
pub mod model;
pub mod operator;
pub mod provider;
pub mod queue;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod server;
pub mod store;
pub mod sync;
pub mod telemetry;
