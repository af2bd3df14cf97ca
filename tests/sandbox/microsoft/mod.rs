//! Microsoft's model keeps the contract, seen by a plain HTTP client.

mod changes;
mod conforming;
mod delivered;
mod handshakes;
mod identity;
mod limits;
mod losing;
mod notified;
mod populated;
mod reading;
mod renewing;
mod rounds;
mod series;
mod subscribing;
mod support;
mod watchers;
mod writing;
