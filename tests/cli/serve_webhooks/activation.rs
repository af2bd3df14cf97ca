//! Under systemd: sockets are passed, and states told.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::program::Program;
use crate::support::serving::{Serving, ask, google};

use super::{program, waiting};

/// A receiver that is passed a socket, as systemd would.
fn activated(program: &Program, socket: OwnedFd, arguments: &str) -> Serving {
    let plain = program.command("");
    let mut command = Command::new("/bin/bash");
    let script = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"";
    command
        .args(["-c", script, plain.get_program().to_str().unwrap()])
        .args(["serve-webhooks"])
        .args(arguments.split_whitespace())
        .env_clear()
        .envs(
            plain
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(plain.get_current_dir().unwrap())
        .stdin(Stdio::from(socket))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Serving::start(command)
}

#[test]
fn a_passed_socket_goes_before_the_address_and_outlives_the_receiver() {
    let program = program();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", socket.local_addr().unwrap());
    let pass = || OwnedFd::from(socket.try_clone().unwrap());
    let serving = activated(&program, pass(), "--listen 127.0.0.1:0");
    assert_eq!(serving.address, address);
    assert_eq!(serving.status(&google("ana", None)), 204);
    let ran = serving.stop("TERM").exits(0);
    assert!(
        ran.stderr.contains("goes before --listen"),
        "{}",
        ran.stderr
    );
    // Who connects meanwhile is answered by the next one.
    let mut stream = std::net::TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    let serving = activated(&program, pass(), "");
    assert_eq!(ask(&mut stream, &google("ana", None)).unwrap().status, 204);
    serving.stop("TERM").exits(0);
    assert_eq!(waiting(&program), (2, 0));
}

#[test]
fn with_a_passed_socket_it_may_end_when_nobody_asks() {
    let program = program();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let serving = activated(&program, socket.into(), "--idle-exit 2s");
    assert_eq!(serving.status(&google("ana", None)), 204);
    let ran = serving.end().exits(0);
    assert!(!ran.stderr.contains("passed no socket"), "{}", ran.stderr);
}

#[test]
fn a_passed_socket_may_have_a_path() {
    let program = program();
    let path = program.path("calsync.sock");
    let socket = UnixListener::bind(&path).unwrap();
    let serving = activated(&program, socket.into(), "");
    assert_eq!(serving.address, format!("unix:{}", path.display()));
    let mut stream = UnixStream::connect(path).unwrap();
    assert_eq!(ask(&mut stream, &google("ana", None)).unwrap().status, 204);
    serving.stop("TERM").exits(0);
}

#[test]
fn what_is_passed_must_be_a_socket_that_listens() {
    let program = program();
    let script = "exec 3</dev/null; LISTEN_FDS=1 exec $calsync serve-webhooks";
    let ran = program.shell(script).exits(1);
    ran.says(&["systemd passed", "ListenStream="]);
}

#[test]
fn systemd_is_told_when_it_is_ready_and_when_it_stops() {
    let mut program = program();
    let notify = UnixDatagram::bind(program.path("notify.sock")).unwrap();
    notify
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let told = || {
        let mut text = [0; 512];
        let length = notify.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let path = program.path("notify.sock").display().to_string();
    program.set("NOTIFY_SOCKET", &path);
    let serving = super::serve(&program);
    assert_eq!(told(), "READY=1\nSTATUS=taking notifications\n");
    serving.stop("TERM").exits(0);
    assert_eq!(told(), "STOPPING=1\nSTATUS=answering what is in flight\n");
    program.set("CALSYNC__QUEUE__URL", "redis://127.0.0.1:1");
    program.set("WATCHDOG_USEC", "30000000");
    let serving = super::serve(&program);
    assert_eq!(told(), "READY=1\nSTATUS=not available: queue\n");
    serving.stop("TERM").exits(0);
    program.unset("CALSYNC__QUEUE__URL");
    let serving = super::serve(&program);
    assert_eq!(told(), "STOPPING=1\nSTATUS=answering what is in flight\n");
    let ready = "READY=1\nSTATUS=taking notifications\nWATCHDOG=1\n";
    assert_eq!(told(), ready);
    serving.stop("TERM").exits(0);
}
