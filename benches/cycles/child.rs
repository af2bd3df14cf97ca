//! Processes that are measured: their time, their processor time, their
//! memory.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The variable that names the role in which this executable is started.
pub(crate) const ROLE: &str = "CALSYNC_BENCH_ROLE";

/// How often the memory is looked at. The high-water mark only grows, so only
/// what is taken in the last moment can be missed.
const LOOK: Duration = Duration::from_millis(5);

/// Ticks of processor time in a second, on every Linux.
const TICKS: u64 = 100;

/// What a process took.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// From start to exit.
    pub(crate) wall: Duration,
    /// Processor time of all its threads.
    pub(crate) cpu: Duration,
    /// The most memory that was resident, in KiB.
    pub(crate) peak_kib: u64,
    /// What it printed.
    pub(crate) stdout: String,
}

/// This executable in another role.
pub(crate) fn role(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(ROLE, role);
    command
}

/// Runs a command to its end; it must succeed.
pub(crate) fn run(command: &mut Command, stdin: &str) -> Measured {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).ok();
    let (peak, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut stdout = String::new();
    let mut pipe = child.stdout.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| watch(id, &peak, &done));
        pipe.read_to_string(&mut stdout).unwrap();
        done.store(true, Ordering::Relaxed);
    });
    let cpu = cpu(id);
    let status = child.wait().unwrap();
    let wall = begun.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    Measured {
        wall,
        cpu,
        peak_kib: peak.into_inner(),
        stdout,
    }
}

/// Notes the memory of a process until it is done.
fn watch(id: u32, peak: &AtomicU64, done: &AtomicBool) {
    while !done.load(Ordering::Relaxed) {
        peak.fetch_max(high_water(id).unwrap_or(0), Ordering::Relaxed);
        std::thread::sleep(LOOK);
    }
}

/// `VmHWM` of a process, in KiB.
fn high_water(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The processor time of a process that has ended and was not waited for yet.
fn cpu(id: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let times = after_name.split_ascii_whitespace().skip(11).take(2);
    let ticks: u64 = times.filter_map(|text| text.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}
