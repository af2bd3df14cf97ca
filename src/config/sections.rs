//! Builds each section from the layers, with its defaults.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::error::ConfigError;
use super::read::Reader;
use super::types::*;
use super::urls::{self, QueueUrl, StoreUrl};
use super::values::{self, Percent};

type Built<T> = Result<T, ConfigError>;

const MINUTE: Duration = Duration::from_secs(60);

impl Reader<'_> {
    pub(super) fn store(&self) -> Built<StoreConfig> {
        let url = match self.get("store", "url", |f| urls::store(f.kind, &f.dir))? {
            Some(url) => url,
            None => StoreUrl::Sqlite(self.default_store()?),
        };
        Ok(StoreConfig { url })
    }

    fn default_store(&self) -> Built<PathBuf> {
        let dir = self.sources.state_dir().ok_or_else(|| {
            let none = "store.url: there is no place for the database: none of STATE_DIRECTORY, XDG_STATE_HOME and HOME is set";
            ConfigError::other(format!("{none}\nset one of them, or store.url to \"sqlite:\" and a path"))
        })?;
        Ok(dir.join("calsync.db"))
    }

    pub(super) fn queue(&self, store: &StoreConfig) -> Built<QueueConfig> {
        let given = self.get("queue", "url", |f| urls::queue(f.kind, &f.dir))?;
        let url = given.unwrap_or_else(|| QueueUrl::Sqlite(beside(store, "-queue.db")));
        self.files_differ(store, &url)?;
        Ok(QueueConfig {
            url,
            hold: self.duration("queue", "hold", 5 * MINUTE)?,
            max_attempts: self.number("queue", "max_attempts", 10, 1..=1000)?,
        })
    }

    fn files_differ(&self, store: &StoreConfig, queue: &QueueUrl) -> Built<()> {
        let StoreUrl::Sqlite(store) = &store.url;
        match (queue, self.find("queue", "url")) {
            (QueueUrl::Sqlite(queue), Some(found)) if queue == store => {
                Err(found.wrong(&"a file of its own, not that of store.url".into()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn security(
        &self,
        store: &StoreConfig,
        warnings: &mut Vec<String>,
    ) -> Built<SecurityConfig> {
        let encryption_key = self.encryption_keys(warnings)?;
        Ok(SecurityConfig {
            encryption_key,
            key_file: beside(store, ".key"),
        })
    }

    pub(super) fn google(&self, warnings: &mut Vec<String>) -> Built<GoogleConfig> {
        let url = |key, default| self.endpoint("google", key, default, "");
        Ok(GoogleConfig {
            client_id: self.get("google", "client_id", |f| values::text(f.kind))?,
            client_secret: self.secret("google", "client_secret", warnings)?,
            api_url: url("api_url", "https://www.googleapis.com/calendar/v3")?,
            auth_url: url("auth_url", "https://accounts.google.com/o/oauth2/v2/auth")?,
            token_url: url("token_url", "https://oauth2.googleapis.com/token")?,
            revoke_url: url("revoke_url", "https://oauth2.googleapis.com/revoke")?,
        })
    }

    pub(super) fn microsoft(&self, warnings: &mut Vec<String>) -> Built<MicrosoftConfig> {
        let tenant = self.get("microsoft", "tenant", |f| values::tenant(f.kind))?;
        let tenant = tenant.unwrap_or_else(|| "common".to_owned());
        let url = |key, default| self.endpoint("microsoft", key, default, &tenant);
        Ok(MicrosoftConfig {
            client_id: self.get("microsoft", "client_id", |f| values::text(f.kind))?,
            client_secret: self.secret("microsoft", "client_secret", warnings)?,
            api_url: url("api_url", "https://graph.microsoft.com/v1.0")?,
            auth_url: url(
                "auth_url",
                "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            )?,
            device_url: url(
                "device_url",
                "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
            )?,
            token_url: url(
                "token_url",
                "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
            )?,
            tenant,
        })
    }

    pub(super) fn webhooks(&self, warnings: &mut Vec<String>) -> Built<WebhooksConfig> {
        Ok(WebhooksConfig {
            public_url: self.public_url(warnings)?,
            listen: self
                .get("webhooks", "listen", |f| values::address(f.kind))?
                .unwrap_or(([127, 0, 0, 1], 8080).into()),
            secret: self.shared_secret("secret", warnings)?,
            body_limit: self
                .get("webhooks", "body_limit", |f| values::size(&f.numeric()))?
                .unwrap_or(256 << 10),
            api_jwt_secret: self.shared_secret("api_jwt_secret", warnings)?,
            service_token: self.shared_secret("service_token", warnings)?,
        })
    }

    /// A secret that whoever can reach the receiver may try to guess.
    fn shared_secret(&self, key: &str, warnings: &mut Vec<String>) -> Built<Option<SecretString>> {
        const SHORT: usize = 16;
        let secret = self.secret("webhooks", key, warnings)?;
        if secret
            .as_ref()
            .is_some_and(|it| it.expose_secret().len() < SHORT)
        {
            warnings.push(format!(
                "webhooks.{key} has fewer than {SHORT} characters and may be guessed; \
                 `calsync keygen` makes a better one"
            ));
        }
        Ok(secret)
    }

    fn public_url(&self, warnings: &mut Vec<String>) -> Built<Option<Url>> {
        let read = |f: &super::read::Found<'_>| {
            let url = urls::web(values::string(f.kind, "an http or https URL in quotes")?)?;
            Ok((f.place.clone(), url))
        };
        let Some((place, url)) = self.get("webhooks", "public_url", read)? else {
            return Ok(None);
        };
        if url.scheme() == "http" && !urls::is_loopback(&url) {
            warnings.push(format!(
                "{place}: webhooks.public_url is http; the providers deliver to https only"
            ));
        }
        Ok(Some(url))
    }

    pub(super) fn sync(&self) -> Built<SyncConfig> {
        let number = |key, default, bounds| self.number("sync", key, default, bounds);
        let limit = self.get("sync", "mass_delete_limit", |f| values::percent(f.kind))?;
        Ok(SyncConfig {
            past_days: number("past_days", 30, 0..=3650)?,
            future_days: number("future_days", 90, 1..=3650)?,
            concurrency: number("concurrency", 16, 1..=256)? as usize,
            per_account_concurrency: number("per_account_concurrency", 4, 1..=64)? as usize,
            mass_delete_limit: limit.unwrap_or(Percent::DEFAULT_MASS_DELETE),
            request_timeout: self.duration("sync", "request_timeout", MINUTE / 2)?,
            cycle_time_limit: self.duration("sync", "cycle_time_limit", 15 * MINUTE)?,
        })
    }

    pub(super) fn cleanup(&self) -> Built<CleanupConfig> {
        let days = |key, default| self.number("cleanup", key, default, 1..=36500);
        Ok(CleanupConfig {
            events_after_days: days("events_after_days", 90)?,
            conflicts_after_days: days("conflicts_after_days", 30)?,
            status_after_days: days("status_after_days", 30)?,
            runs_after_days: days("runs_after_days", 30)?,
        })
    }

    pub(super) fn hooks(&self) -> Built<HooksConfig> {
        let read = |f: &super::read::Found<'_>| match f.in_file {
            true => values::hook(f.kind, &f.dir),
            false => values::program(f.kind, &f.dir),
        };
        let account_attention = self.get("hooks", "account_attention", read)?;
        Ok(HooksConfig { account_attention })
    }

    pub(super) fn metrics(&self) -> Built<MetricsConfig> {
        let textfile_dir = self.get("metrics", "textfile_dir", |f| values::path(f.kind, &f.dir))?;
        Ok(MetricsConfig { textfile_dir })
    }

    fn duration(&self, section: &str, key: &str, default: Duration) -> Built<Duration> {
        Ok(self
            .get(section, key, |f| values::duration(f.kind))?
            .unwrap_or(default))
    }

    fn number(
        &self,
        section: &str,
        key: &str,
        default: u32,
        bounds: std::ops::RangeInclusive<u32>,
    ) -> Built<u32> {
        Ok(self
            .get(section, key, |f| values::number(&f.numeric(), bounds))?
            .unwrap_or(default))
    }

    /// An address of a provider; `{tenant}` in it stands for the tenant.
    fn endpoint(&self, section: &str, key: &str, default: &str, tenant: &str) -> Built<Url> {
        let read = |text: &str| urls::endpoint(&text.replace("{tenant}", tenant));
        let given = self.get(section, key, |f| {
            read(values::string(f.kind, "an https URL in quotes")?)
        })?;
        match given {
            Some(url) => Ok(url),
            None => read(default)
                .map_err(|expected| ConfigError::value("default", key, default, &expected)),
        }
    }
}

/// A file that lies beside the store's and begins with its name.
fn beside(store: &StoreConfig, ending: &str) -> PathBuf {
    let StoreUrl::Sqlite(file) = &store.url;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.parent()
        .unwrap_or(Path::new(""))
        .join(format!("{stem}{ending}"))
}
