//! Microsoft's model keeps the contract, seen by a plain HTTP client.

mod changes;
mod conforming;
mod identity;
mod limits;
mod losing;
mod populated;
mod reading;
mod rounds;
mod series;
mod support;
mod writing;
