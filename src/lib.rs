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
//! | 4 | `jobs`, `context`, `config`, `sandbox` | commands and what they are given |
//! | 3 | `sync` | carries decisions out |
//! | 2 | `provider`, `store` | seams; adapters private below each |
//! | 1 | `engine` | pure decisions |
//! | 0 | `model` | values, no I/O, no async |

#[cfg(feature = "sandbox")]
pub mod sandbox;
