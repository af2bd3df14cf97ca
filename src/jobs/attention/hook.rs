//! Runs a hook: a program of the operator's, for a while at most.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::Hook;

/// What a hook is given of the environment: the rest may hold secrets.
const PASSED: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// How long the first line of a hook that failed is waited for, where a process
/// that it left behind keeps its stderr open.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How much of the first line is kept, in bytes.
const KEPT: usize = 1000;

/// How a hook ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With exit code 0.
    Well,
    /// In any other way, or it could not be run at all.
    Badly {
        /// What became of it, to follow its name.
        how: String,
        /// The first line that it wrote to stderr.
        said: String,
    },
}

/// Runs a hook that is given a text on its standard input, whether it reads it
/// or not. After the limit, or when nobody waits for it any more, it is killed
/// with all the processes of its group.
pub(super) async fn run(hook: &Hook, input: &str, limit: Duration) -> Ended {
    let mut child = match command(hook).spawn() {
        Ok(child) => child,
        Err(error) => {
            return Ended::Badly {
                how: format!("cannot be run: {error}"),
                said: String::new(),
            };
        }
    };
    let mut group = Group::of(&child);
    let (said, first_line) = oneshot::channel();
    if let (Some(stdin), Some(stderr)) = (child.stdin.take(), child.stderr.take()) {
        tokio::spawn(feed(stdin, input.to_owned()));
        tokio::spawn(listen(stderr, said));
    }
    let how = match timeout(limit, child.wait()).await {
        Ok(Ok(status)) => {
            group.has_ended();
            if status.success() {
                return Ended::Well;
            }
            format!("failed ({status})")
        }
        Ok(Err(error)) => format!("cannot be waited for: {error}"),
        Err(_) => format!("did not end within {limit:?} and was killed"),
    };
    drop(group);
    let said = timeout(LAST_WORDS, first_line).await;
    Ended::Badly {
        how,
        said: said.ok().and_then(Result::ok).unwrap_or_default(),
    }
}

fn command(hook: &Hook) -> Command {
    let passed = PASSED
        .iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(&hook.program);
    command
        .args(&hook.arguments)
        .env_clear()
        .envs(passed)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Writes the text and closes. A hook that does not read it is free not to.
async fn feed(mut stdin: ChildStdin, input: String) {
    if let Err(error) = stdin.write_all(input.as_bytes()).await {
        tracing::debug!(%error, "the hook did not read its standard input");
    }
}

/// Answers with the first line, then reads the rest, so that nobody who writes
/// it has to wait.
async fn listen(mut stderr: ChildStderr, said: oneshot::Sender<String>) {
    let (mut line, mut chunk) = (Vec::new(), [0; 1024]);
    let mut said = Some(said);
    loop {
        let read = stderr.read(&mut chunk).await.unwrap_or(0);
        if line.len() < KEPT {
            line.extend(chunk.iter().take(read));
        }
        let is_whole = read == 0 || line.len() >= KEPT || line.contains(&b'\n');
        if let Some(said) = said.take_if(|_| is_whole) {
            said.send(first_line(&line)).ok();
        }
        if read == 0 {
            return;
        }
    }
}

/// The first line of what was written, fit for a log.
fn first_line(written: &[u8]) -> String {
    let kept = written.split_at_checked(KEPT).map_or(written, |it| it.0);
    let text = String::from_utf8_lossy(kept);
    let line = text.lines().next().unwrap_or_default();
    line.replace(char::is_control, " ")
}

/// The processes of a hook, which are killed when this is dropped while they
/// may still run.
struct Group(Option<Pid>);

impl Group {
    /// The group that a child leads.
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// Its leader has ended: what it left behind may go on, and its id may
    /// become somebody else's.
    fn has_ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            // One that is gone already needs no killing.
            kill_process_group(id, Signal::KILL).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{BufRead, BufReader};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn shell(script: &str) -> Hook {
        Hook {
            program: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
        }
    }

    fn badly(how: &str, said: &str) -> Ended {
        Ended::Badly {
            how: how.to_owned(),
            said: said.to_owned(),
        }
    }

    #[tokio::test]
    async fn how_a_hook_ends_is_told_with_its_first_line() {
        let cases = [
            ("cat >/dev/null; echo no >&2", Ended::Well),
            (
                "printf 'a\\tb\\nc\\n' >&2; exit 3",
                badly("failed (exit status: 3)", "a b"),
            ),
            ("exit 1", badly("failed (exit status: 1)", "")),
            ("kill -9 $$", badly("failed (signal: 9 (SIGKILL))", "")),
        ];
        for (script, expected) in cases {
            assert_eq!(run(&shell(script), "x\n", HOUR).await, expected, "{script}");
        }
        let nowhere = Hook {
            program: "/nonexistent/hook".into(),
            arguments: Vec::new(),
        };
        let Ended::Badly { how, .. } = run(&nowhere, "", HOUR).await else {
            panic!("it does not exist");
        };
        assert!(how.starts_with("cannot be run: No such file"), "{how}");
    }

    #[tokio::test]
    async fn nobody_waits_for_a_hook_that_hangs() {
        let limit = Duration::from_millis(50);
        let ended = run(&shell("sleep 3600; :"), "x\n", limit).await;
        assert_eq!(ended, badly("did not end within 50ms and was killed", ""));
    }

    #[tokio::test]
    async fn more_than_a_pipe_holds_is_written_to_who_reads_none_of_it() {
        let much = "x".repeat(1 << 20);
        assert_eq!(run(&shell("exit 0"), &much, HOUR).await, Ended::Well);
        let talks = "yes | head -c 1000000 >&2; cat >/dev/null";
        assert_eq!(run(&shell(talks), &much, HOUR).await, Ended::Well);
    }

    #[tokio::test]
    async fn what_a_hook_leaves_behind_is_not_waited_for() {
        let leaves = "sleep 3600 & echo $! >&2; exit 1";
        let Ended::Badly { said, .. } = run(&shell(leaves), "", HOUR).await else {
            panic!("it failed");
        };
        let killed = std::process::Command::new("kill").arg(&said).status();
        assert!(killed.unwrap().success(), "it went on: {said}");
    }

    #[tokio::test]
    async fn a_hook_that_is_waited_for_no_more_is_killed_with_its_children() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        let script = format!("exec >'{}'; echo up; sleep 3600 & wait", fifo.display());
        let (up, is_up) = oneshot::channel();
        let reading = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(File::open(fifo).unwrap()).lines();
            up.send(lines.next().unwrap().unwrap()).unwrap();
            // Comes to its end when the last of them has.
            lines.next().is_none()
        });
        let hook = shell(&script);
        tokio::select! {
            ended = run(&hook, "", HOUR) => panic!("{ended:?}"),
            up = is_up => assert_eq!(up.unwrap(), "up"),
        }
        assert!(reading.await.unwrap());
    }
}
