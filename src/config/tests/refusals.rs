//! What is refused, with the whole message.

use super::file;
use crate::config::{Config, Sources, schema};

#[test]
fn without_any_state_directory_the_way_out_is_named() {
    assert_eq!(
        Config::load(&Sources::default()).unwrap_err().to_string(),
        "store.url: there is no place for the database: none of STATE_DIRECTORY, XDG_STATE_HOME and HOME is set\n\
         set one of them, or store.url to \"sqlite:\" and a path"
    );
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
         sections: [store] [queue] [security] [google] [microsoft] [webhooks] [sync] [cleanup] [hooks] [metrics]",
    ),
    (
        "store = 5\n",
        "DIR/c.toml, line 1: store is a value; expected a section, which begins with a line of its own: [store]",
    ),
    (
        "[hooks]\naccount_attention = \"tell --all\"\n",
        "DIR/c.toml, line 2: hooks.account_attention is \"tell --all\"; expected a list of texts: a program and its \
         arguments, like [\"/usr/local/bin/tell\", \"--all\"] (`~` and variables are not expanded)",
    ),
    (
        "[hooks]\naccount_attention = [\"~/tell\"]\n",
        "DIR/c.toml, line 2: hooks.account_attention is a list; expected a list of texts: a program and its \
         arguments, like [\"/usr/local/bin/tell\", \"--all\"] (`~` and variables are not expanded)",
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
        "[queue]\nurl = \"redis://cache/x\"\n",
        "DIR/c.toml, line 2: queue.url is \"redis://cache/x\"; expected \"sqlite:\" and the path of a file \
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
             sections: [store] [queue] [security] [google] [microsoft] [webhooks] [sync] [cleanup] [hooks] [metrics]",
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
