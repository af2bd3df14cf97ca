//! What this machine says of itself.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{Access, access, statvfs};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::PATIENCE;

/// The path, or the nearest above it that exists.
pub(super) fn existing(path: &Path) -> &Path {
    let mut above = path.ancestors();
    above
        .find(|path| path.exists())
        .unwrap_or_else(|| Path::new("/"))
}

/// Whether this user may make files in a directory.
pub(super) fn is_writable(directory: &Path) -> bool {
    directory.is_dir() && access(directory, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Whether this user may run a file.
pub(super) fn is_executable(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

/// How many bytes this user may still write to the disk of a path.
pub(super) fn free(path: &Path) -> io::Result<u64> {
    let disk = statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// What a program prints, however it ends; none when it is not installed or
/// takes too long.
pub(super) async fn output(program: &'static str, arguments: Vec<String>) -> Option<String> {
    let (reply, answer) = oneshot::channel();
    // A thread of its own: nobody waits for a program that hangs.
    let spawned = std::thread::Builder::new().spawn(move || {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let _ = reply.send(command.output());
    });
    spawned.ok()?;
    let output = timeout(PATIENCE, answer).await.ok()?.ok()?.ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
