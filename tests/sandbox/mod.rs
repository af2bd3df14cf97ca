//! The sandbox keeps the contract.
