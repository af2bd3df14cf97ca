//! What is read, and where from.

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::file;
use crate::config::{Config, Percent, QueueUrl, Sources, StoreUrl};

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

#[test]
fn a_hook_is_a_program_with_its_arguments_and_as_a_variable_a_program_alone() {
    let text = |list: &str| format!("[hooks]\naccount_attention = {list}\n");
    assert_eq!(file("").load().hooks.account_attention, None);
    let given = file(&text(r#"["bin/tell", "--to", ""]"#));
    let hook = given.load().hooks.account_attention.unwrap();
    assert_eq!(hook.program, given.dir.path().join("bin/tell"));
    assert_eq!(hook.arguments, ["--to", ""]);
    let named = file(&text(r#"["tell"]"#)).load().hooks.account_attention;
    assert_eq!(named.unwrap().program, Path::new("tell"));
    let variable = file(&text(r#"["tell", "--all"]"#))
        .env("CALSYNC__HOOKS__ACCOUNT_ATTENTION", "/opt/tell it");
    let hook = variable.load().hooks.account_attention.unwrap();
    assert_eq!(hook.program, Path::new("/opt/tell it"));
    assert_eq!(hook.arguments, Vec::<String>::new());
}
