//! The binary: parse, log, run, turn the outcome into an exit code.

fn main() {}
