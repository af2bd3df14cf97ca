//! Microsoft's model keeps the contract, seen by a plain HTTP client.

mod browser;
mod changes;
mod conforming;
mod delivered;
mod device;
mod handshakes;
mod identity;
mod limits;
mod losing;
mod notified;
mod populated;
mod reading;
mod redeeming;
mod renewing;
mod rounds;
mod series;
mod sign_in;
mod subscribing;
mod support;
mod watchers;
mod writing;
