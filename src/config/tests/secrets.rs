//! Secrets: where they are found, and that they are never shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;

use super::{chmod, file};
use crate::store::EncryptionKey;

/// 32 times the byte 1, and 32 times 251 (which has `+` or `-` in base64).
const ONES: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const HIGH: &str = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";

#[test]
fn keys_are_read_in_any_base64_and_the_first_is_first() {
    let unpadded = ONES.trim_end_matches('=');
    for given in [
        file(&format!(
            "[security]\nencryption_key = [\"{ONES}\", \"{HIGH}\"]\n"
        )),
        file("").env(
            "CALSYNC__SECURITY__ENCRYPTION_KEY",
            &format!("{unpadded},{HIGH}="),
        ),
        file("[security]\nencryption_key_file = \"k\"\n")
            .holding("k", &format!("{ONES}\n{HIGH}\n")),
    ] {
        let keys = given.load().security.encryption_key.unwrap();
        let texts: Vec<_> = keys.iter().map(EncryptionKey::to_base64).collect();
        let texts: Vec<_> = texts.iter().map(|text| text.expose_secret()).collect();
        let written = |byte: u8| STANDARD.encode([byte; 32]);
        assert_eq!(texts, [written(1), written(251)]);
        assert_eq!(format!("{:?}", keys[0]), "EncryptionKey([REDACTED])");
    }
}

#[test]
fn a_secret_file_is_found_among_the_credentials_or_beside_the_file() {
    for name in ["%d/hook", "$CREDENTIALS_DIRECTORY/hook", "hook"] {
        let given = file(&format!("[webhooks]\nsecret_file = \"{name}\"\n"))
            .holding("hook", "beside")
            .holding("creds/hook", "credential \t\r\n \n");
        let creds = given.dir.path().join("creds").display().to_string();
        let config = given.env("CREDENTIALS_DIRECTORY", &creds).load();
        assert_eq!(
            config.webhooks.secret.unwrap().expose_secret(),
            "credential"
        );
    }
    let given = file("[webhooks]\nsecret_file = \"hook\"\n").holding("hook", "beside\n");
    assert_eq!(
        given.load().webhooks.secret.unwrap().expose_secret(),
        "beside"
    );
}

#[test]
fn a_secret_file_that_others_may_read_is_warned_about() {
    let given = file("[google]\nclient_secret_file = \"s\"\n").holding("s", "x");
    chmod(&given.dir.path().join("s"), 0o644);
    let dir = given.dir.path().display().to_string();
    let warnings = given.load().warnings;
    let expected = "DIR/c.toml, line 2: google.client_secret_file: DIR/s is open to others (mode 0644); chmod 600 DIR/s";
    assert_eq!(warnings, [expected.replace("DIR", &dir)]);
}

#[test]
fn a_secret_in_a_file_that_everyone_may_read_is_warned_about() {
    let given = file("[google]\nclient_secret = \"x\"\n");
    chmod(&given.dir.path().join("c.toml"), 0o644);
    let dir = given.dir.path().display().to_string();
    let expected = "DIR/c.toml, line 2: google.client_secret stands in a file that everyone may read (mode 0644); \
                    chmod 640 DIR/c.toml, or keep it in a file of its own with client_secret_file";
    assert_eq!(given.load().warnings, [expected.replace("DIR", &dir)]);
    chmod(&given.dir.path().join("c.toml"), 0o640);
    assert_eq!(given.load().warnings, Vec::<String>::new());
}

#[test]
fn a_secret_that_may_be_guessed_is_warned_about() {
    for key in ["secret", "api_jwt_secret", "service_token"] {
        let of = |length: usize| {
            let text = format!("[webhooks]\n{key} = \"{}\"\n", "x".repeat(length));
            file(&text).load().warnings
        };
        let warned = of(15);
        assert_eq!(warned.len(), 1, "{warned:?}");
        assert!(warned[0].starts_with(&format!("webhooks.{key} has fewer")));
        assert_eq!(of(16), Vec::<String>::new());
    }
}

#[test]
fn secrets_are_never_shown() {
    let text = "[google]\nclient_secret = \"hunter2\"\n[webhooks]\nsecret = \"hunter2\"\nservice_token = \"hunter2\"\n";
    let given = file(text).env("CALSYNC__MICROSOFT__CLIENT_SECRET", "hunter2");
    assert!(!format!("{:?} {:?}", given.load(), given.sources).contains("hunter2"));
    for broken in [
        "[google]\nclient_secret = \"hunter2\n",
        "[google]\nclient_secret = \"\"\"\nhunter2\\q=\n\"\"\"\n",
        "[google]\nclient_secret = [\"hunter2\"]\n",
        "[google]\nclient_secret = \"hunter2\"x\n",
        "[google]\nclient_secret = { a = \"hunter2\" }\n",
        "google = { client_secret = \"hunter2\" \n",
        "[google]\nclient_secrt \"hunter2\"\n",
    ] {
        let message = file(broken).refused();
        assert!(!message.contains("hunter2"), "{message}");
    }
}
