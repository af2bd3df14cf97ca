//! Literal cases: a file's text and variables -> a value, or the whole message.

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::*;

/// A directory with a configuration file, and an environment.
struct Given {
    dir: tempfile::TempDir,
    sources: Sources,
}

/// A file of this text, named by `--config`; no environment but a state
/// directory.
fn file(text: &str) -> Given {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.toml");
    std::fs::write(&path, text).unwrap();
    let mut sources = Sources {
        config_arg: Some(path),
        ..Sources::default()
    };
    sources
        .env
        .insert("STATE_DIRECTORY".into(), "/state".into());
    Given { dir, sources }
}

impl Given {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.sources.env.insert(name.into(), value.into());
        self
    }

    fn holding(self, name: &str, content: &str) -> Self {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        chmod(&path, 0o600);
        self
    }

    fn load(&self) -> Config {
        Config::load(&self.sources).unwrap()
    }

    /// The message, with `DIR` for the temporary directory.
    fn refused(&self) -> String {
        let message = Config::load(&self.sources).unwrap_err().to_string();
        message.replace(&self.dir.path().display().to_string(), "DIR")
    }
}

fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// 32 times the byte 1, and 32 times 251 (which has `+` or `-` in base64).
const ONES: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const HIGH: &str = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";

#[test]
fn without_a_file_and_variables_there_are_defaults() {
    let mut sources = Sources::default();
    sources.env.insert("HOME".into(), "/nowhere/home".into());
    let config = Config::load(&sources).unwrap();
    assert_eq!(
        config.store.url,
        StoreUrl::Sqlite("/nowhere/home/.local/state/calsync/calsync.db".into())
    );
    assert_eq!(
        config.security.key_file,
        Path::new("/nowhere/home/.local/state/calsync/calsync.key")
    );
    assert!(config.security.encryption_key.is_none());
    assert_eq!(config.queue.hold, Duration::from_secs(300));
    assert_eq!(config.queue.max_attempts, 10);
    assert_eq!(
        config.google.api_url.as_str(),
        "https://www.googleapis.com/calendar/v3"
    );
    assert_eq!(
        config.microsoft.token_url.as_str(),
        "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    );
    assert_eq!(config.webhooks.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.webhooks.body_limit, 262_144);
    assert_eq!(config.sync.mass_delete_limit.get(), 25);
    assert_eq!(config.sync.request_timeout, Duration::from_secs(30));
    assert_eq!(config.sync.cycle_time_limit, Duration::from_secs(900));
    assert_eq!(config.cleanup.events_after_days, 90);
    assert_eq!(config.file, None);
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn the_state_directory_of_the_unit_goes_before_that_of_the_user() {
    for (variables, expected) in [
        (
            &[
                ("STATE_DIRECTORY", "/a:/b"),
                ("XDG_STATE_HOME", "/x"),
                ("HOME", "/h"),
            ][..],
            "/a/calsync.db",
        ),
        (
            &[("XDG_STATE_HOME", "/x"), ("HOME", "/h")],
            "/x/calsync/calsync.db",
        ),
        (
            &[("XDG_STATE_HOME", "relative"), ("HOME", "/h")],
            "/h/.local/state/calsync/calsync.db",
        ),
    ] {
        let env = variables
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()));
        let sources = Sources {
            config_arg: None,
            env: env.collect(),
        };
        assert_eq!(
            Config::load(&sources).unwrap().store.url,
            StoreUrl::Sqlite(expected.into())
        );
    }
}

#[test]
fn without_any_state_directory_the_way_out_is_named() {
    assert_eq!(
        Config::load(&Sources::default()).unwrap_err().to_string(),
        "store.url: there is no place for the database: none of STATE_DIRECTORY, XDG_STATE_HOME and HOME is set\n\
         set one of them, or store.url to \"sqlite:\" and a path"
    );
}

#[test]
fn the_file_is_found_by_argument_then_variable_then_place() {
    let given = file("[sync]\npast_days = 1\n")
        .holding("v.toml", "[sync]\npast_days = 2\n")
        .holding("xdg/calsync/config.toml", "[sync]\npast_days = 3\n");
    let (v, xdg) = (
        given.dir.path().join("v.toml"),
        given.dir.path().join("xdg"),
    );
    let mut given = given
        .env("CALSYNC_CONFIG", &v.display().to_string())
        .env("XDG_CONFIG_HOME", &xdg.display().to_string());
    assert_eq!(given.load().sync.past_days, 1);
    given.sources.config_arg = None;
    assert_eq!(given.load().sync.past_days, 2);
    given.sources.env.remove("CALSYNC_CONFIG");
    assert_eq!(given.load().sync.past_days, 3);
    assert_eq!(given.load().file, Some(xdg.join("calsync/config.toml")));
}

#[test]
fn a_named_file_that_is_missing_is_an_error() {
    let mut given = file("");
    given.sources.config_arg = Some(given.dir.path().join("gone.toml"));
    assert_eq!(
        given.refused(),
        "DIR/gone.toml: cannot be read: No such file or directory (os error 2)\n\
         it was named by --config or CALSYNC_CONFIG: create it, or leave both out to use defaults"
    );
}

#[test]
fn a_variable_goes_before_the_file_and_an_empty_one_counts_as_unset() {
    let text = "[sync]\nconcurrency = 2\n[google]\nclient_id = \"f\"\n";
    let given = file(text)
        .env("CALSYNC__SYNC__CONCURRENCY", "7")
        .env("CALSYNC__GOOGLE__CLIENT_ID", "");
    assert_eq!(given.load().sync.concurrency, 7);
    assert_eq!(given.load().google.client_id.as_deref(), Some("f"));
    let given = file(text)
        .env("CALSYNC__GOOGLE__CLIENT_ID", "123")
        .env("CALSYNC__WEBHOOKS__BODY_LIMIT", "2048");
    assert_eq!(given.load().google.client_id.as_deref(), Some("123"));
    assert_eq!(given.load().webhooks.body_limit, 2048);
}

#[test]
fn the_applications_base_url_is_read_where_ours_is_not_set() {
    let given = file("").env("API_BASE_URL", "https://app.example/api/");
    assert_eq!(
        given.load().webhooks.public_url.unwrap().as_str(),
        "https://app.example/api"
    );
    let given =
        file("[webhooks]\npublic_url = \"https://own.example\"\n").env("API_BASE_URL", "junk");
    assert_eq!(
        given.load().webhooks.public_url.unwrap().as_str(),
        "https://own.example/"
    );
    assert_eq!(
        file("").env("API_BASE_URL", "junk").refused(),
        "API_BASE_URL: webhooks.public_url is \"junk\"; expected an http or https URL without user, query and \
         fragment, like \"https://calendar.example.org\""
    );
}

#[test]
fn values_are_read_in_their_units() {
    let config = file(
        "[store]\nurl = \"sqlite:data/app.db\"\n\
         [queue]\nurl = \"redis://:pw@cache.example:6379/1\"\nhold = \"1h 30m\"\n\
         [microsoft]\ntenant = \"contoso.example\"\ntoken_url = \"http://127.0.0.1:9/{tenant}/token\"\n\
         [webhooks]\nbody_limit = \"1MiB\"\nlisten = \"[::1]:80\"\n\
         [sync]\nmass_delete_limit = \"5%\"\n[metrics]\ntextfile_dir = \"/m\"\n",
    );
    let base = config.dir.path().to_owned();
    let config = config.load();
    assert_eq!(config.store.url, StoreUrl::Sqlite(base.join("data/app.db")));
    assert_eq!(config.security.key_file, base.join("data/app.key"));
    assert!(
        matches!(&config.queue.url, QueueUrl::Redis(url) if url.expose_secret().contains("pw@cache"))
    );
    assert_eq!(config.queue.hold, Duration::from_secs(5400));
    assert_eq!(
        config.microsoft.token_url.as_str(),
        "http://127.0.0.1:9/contoso.example/token"
    );
    assert_eq!(
        config.microsoft.auth_url.as_str(),
        "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/authorize"
    );
    assert_eq!(config.webhooks.body_limit, 1 << 20);
    assert_eq!(config.webhooks.listen.to_string(), "[::1]:80");
    assert_eq!(config.sync.mass_delete_limit, Percent::new(5).unwrap());
    assert_eq!(
        config.metrics.textfile_dir.as_deref(),
        Some(Path::new("/m"))
    );
    assert!(!format!("{config:?}").contains("pw@"));
}

/// File text and the message that refuses it.
const REFUSED: &[(&str, &str)] = &[
    (
        "[google]\nclientid = \"x\"\n",
        "DIR/c.toml, line 2: unknown key `clientid` in [google]; did you mean `client_id`?\n\
         keys of [google]: client_id api_url auth_url token_url revoke_url client_secret client_secret_file",
    ),
    (
        "\n[gogle]\nclient_id = \"x\"\n",
        "DIR/c.toml, line 2: unknown section [gogle]; did you mean [google]?\n\
         sections: [store] [queue] [security] [google] [microsoft] [webhooks] [sync] [cleanup] [metrics]",
    ),
    (
        "store = 5\n",
        "DIR/c.toml, line 1: store is a value; expected a section, which begins with a line of its own: [store]",
    ),
    (
        "[sync]\n# half a minute\nrequest_timeout = 30\n",
        "DIR/c.toml, line 3: sync.request_timeout is the number 30; expected a duration with its unit, \
         from 1 second to 24 hours, like \"30s\", \"15m\" or \"1h 30m\"",
    ),
    (
        "[sync]\nconcurrency = \"16\"\n",
        "DIR/c.toml, line 2: sync.concurrency is \"16\"; expected a whole number from 1 to 256, without quotes",
    ),
    (
        "[sync]\nconcurrency = 0\n",
        "DIR/c.toml, line 2: sync.concurrency is the number 0; expected a whole number from 1 to 256",
    ),
    (
        "[sync]\nmass_delete_limit = 25\n",
        "DIR/c.toml, line 2: sync.mass_delete_limit is the number 25; expected a percentage from 0% to 100%, \
         with its sign and in quotes, like \"25%\"",
    ),
    (
        "[store]\nurl = 5\n",
        "DIR/c.toml, line 2: store.url is the number 5; expected \"sqlite:\" and the path of a file, \
         like \"sqlite:/var/lib/calsync/calsync.db\"",
    ),
    (
        "[store]\nurl = \"postgres://u:pw@db/app\"\n",
        "DIR/c.toml, line 2: store.url is \"postgres://***@db/app\"; expected \"sqlite:\" and the path of a file, \
         like \"sqlite:/var/lib/calsync/calsync.db\"",
    ),
    (
        "[queue]\nurl = \"redis:pw@cache?password=pw\"\n",
        "DIR/c.toml, line 2: queue.url is \"redis:***@cache?***\"; expected \"sqlite:\" and the path of a file \
         of its own, or a Redis URL, like \"redis://127.0.0.1:6379/0\"",
    ),
    (
        "[store]\nurl = \"sqlite:/a/b.db\"\n[queue]\nurl = \"sqlite:/a/b.db\"\n",
        "DIR/c.toml, line 4: queue.url is \"sqlite:/a/b.db\"; expected a file of its own, not that of store.url",
    ),
    (
        "[google]\napi_url = \"http://calendar.example/v3\"\n",
        "DIR/c.toml, line 2: google.api_url is \"http://calendar.example/v3\"; expected https (tokens must not \
         travel in clear; http is for this machine alone, like \"http://127.0.0.1:9000\")",
    ),
    (
        "[webhooks]\nbody_limit = \"1GB\"\n",
        "DIR/c.toml, line 2: webhooks.body_limit is \"1GB\"; expected a size from 1 KiB to 16 MiB, \
         like \"256KiB\", \"1MiB\" or 262144 (bytes)",
    ),
    (
        "[webhooks]\nlisten = \"8080\"\n",
        "DIR/c.toml, line 2: webhooks.listen is \"8080\"; expected an IP address and a port, \
         like \"127.0.0.1:8080\" or \"[::1]:8080\"",
    ),
    (
        "[microsoft]\ntenant = \"../x\"\n",
        "DIR/c.toml, line 2: microsoft.tenant is \"../x\"; expected \"common\", \"organizations\", \"consumers\", \
         or the id or domain of a tenant, like \"example.onmicrosoft.com\"",
    ),
    (
        "[metrics]\ntextfile_dir = \"~/m\"\n",
        "DIR/c.toml, line 2: metrics.textfile_dir is \"~/m\"; expected a path, like \"/var/lib/calsync\" \
         (`~` and variables are not expanded)",
    ),
    (
        "[security]\nencryption_key = \"c2hvcnQ=\"\n",
        "DIR/c.toml, line 2: security.encryption_key is a value that is not shown; expected 32 bytes in base64, \
         or a list of such keys (`calsync keygen` makes one)",
    ),
    (
        "[google]\nclient_secret = \"a\"\nclient_secret_file = \"/b\"\n",
        "DIR/c.toml, line 2: google.client_secret: google.client_secret_file (DIR/c.toml, line 3) is set too; \
         keep one of them",
    ),
    (
        "[webhooks]\nsecret_file = \"gone\"\n",
        "DIR/c.toml, line 2: webhooks.secret_file: the file DIR/gone cannot be read: \
         No such file or directory (os error 2)",
    ),
    (
        "[webhooks]\nsecret_file = \"%d/hook\"\n",
        "DIR/c.toml, line 2: webhooks.secret_file: $CREDENTIALS_DIRECTORY is not set: only a systemd unit with \
         LoadCredential= has one; elsewhere, give the path of a file",
    ),
    (
        "[sync]\npast_days = 1 2\n",
        "DIR/c.toml, line 2: this is not TOML: string values must be quoted, expected literal string\n\
         2 | past_days = 1 2\n  |             ^ column 13",
    ),
    (
        "[google]\nclient_secret = hunter2\n",
        "DIR/c.toml, line 2: this is not TOML: string values must be quoted, expected literal string\n\
         2 | client_secret = *******\n  |                 ^ column 17",
    ),
];

#[test]
fn a_refusal_names_the_place_the_reason_and_the_way_out() {
    for (text, message) in REFUSED {
        assert_eq!(&file(text).refused(), message, "{text}");
    }
}

#[test]
fn a_wrong_variable_is_named() {
    for (name, value, message) in [
        (
            "CALSYNC__SYNC__PAST_DAY",
            "3",
            "CALSYNC__SYNC__PAST_DAY: unknown key `past_day` in [sync]; did you mean `past_days`?\n\
             keys of [sync]: past_days future_days concurrency per_account_concurrency mass_delete_limit \
             request_timeout cycle_time_limit",
        ),
        (
            "CALSYNC__SNYC__PAST_DAYS",
            "3",
            "CALSYNC__SNYC__PAST_DAYS: unknown section [snyc]; did you mean [sync]?\n\
             sections: [store] [queue] [security] [google] [microsoft] [webhooks] [sync] [cleanup] [metrics]",
        ),
        (
            "CALSYNC__SYNC__REQUEST_TIMEOUT",
            "30",
            "CALSYNC__SYNC__REQUEST_TIMEOUT: sync.request_timeout is \"30\"; expected a duration with its unit, \
             from 1 second to 24 hours, like \"30s\", \"15m\" or \"1h 30m\"",
        ),
        (
            "CALSYNC__SECURITY__ENCRYPTION_KEY",
            "hunter2",
            "CALSYNC__SECURITY__ENCRYPTION_KEY: security.encryption_key is a value that is not shown; \
             expected 32 bytes in base64, or a list of such keys (`calsync keygen` makes one)",
        ),
    ] {
        assert_eq!(file("").env(name, value).refused(), message);
    }
}

#[test]
fn every_known_key_is_read() {
    for section in schema::SECTIONS {
        for key in section.keys() {
            let message = file(&format!("[{}]\n{key} = {{}}\n", section.name)).refused();
            let start = format!(
                "DIR/c.toml, line 2: {}.{key} is a table; expected ",
                section.name
            );
            assert!(message.starts_with(&start), "{message}");
        }
    }
}

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
        let bytes: Vec<_> = keys.iter().map(|key| *key.expose()).collect();
        assert_eq!(bytes, [[1; 32], [251; 32]]);
        assert_eq!(format!("{:?}", keys[0]), "KeyMaterial([REDACTED])");
    }
}

#[test]
fn a_secret_file_is_found_among_the_credentials_or_beside_the_file() {
    for name in ["%d/hook", "$CREDENTIALS_DIRECTORY/hook", "hook"] {
        let given = file(&format!("[webhooks]\nsecret_file = \"{name}\"\n"))
            .holding("hook", "beside")
            .holding("creds/hook", "credential\r\n");
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
