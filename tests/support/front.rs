//! What stands before a receiver: a proxy that speaks https.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// A proxy on a port of `localhost`; it ends with the process.
pub(crate) struct Front {
    pub(crate) url: String,
    dir: TempDir,
}

impl Front {
    /// Passes every request on to an address.
    pub(crate) fn of(address: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        make_certificates(dir.path());
        let config = Arc::new(config(dir.path()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let behind = address.trim_start_matches("http://").to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, behind) = (config.clone(), behind.clone());
                // Who does not trust it leaves in the middle.
                std::thread::spawn(move || pass(stream?, config, &behind));
            }
        });
        let url = format!("https://localhost:{port}");
        Self { url, dir }
    }

    /// The certificates that make it trusted.
    pub(crate) fn ca(&self) -> String {
        self.dir.path().join("ca.pem").display().to_string()
    }
}

fn config(dir: &Path) -> ServerConfig {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_file(dir.join("cert.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(dir.join("key.pem")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    config.with_single_cert(vec![certificate], key).unwrap()
}

/// Passes on one request, which has no body, and its answer.
fn pass(stream: TcpStream, config: Arc<ServerConfig>, behind: &str) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).unwrap();
    let mut client = StreamOwned::new(connection, stream);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let mut server = TcpStream::connect(behind)?;
    server.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    client.write_all(&answer)?;
    client.conn.send_close_notify();
    client.flush()
}

/// A CA, and a certificate of it for `localhost`.
pub(crate) fn make_certificates(dir: &Path) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
    let own = "-keyout ca.key -out ca.pem -subj /CN=tests";
    let signed = "-CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem -subj /CN=localhost \
                  -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE";
    for certificate in [own, signed] {
        let mut openssl = Command::new("openssl");
        let arguments = format!("req -x509 {key} {certificate}");
        openssl.args(arguments.split_whitespace()).current_dir(dir);
        let made = openssl.output().expect("openssl is installed");
        assert!(made.status.success(), "{made:?}");
    }
}
