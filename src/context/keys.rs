//! The key ring: configured keys, or the key file of the embedded default.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use secrecy::ExposeSecret;

use crate::config::{Config, ConfigError, StoreUrl};
use crate::store::{EncryptionKey, KeyRing};

/// The keys that protect tokens.
///
/// # Errors
/// When the key file cannot be read or made.
pub(super) fn ring(config: &Config) -> Result<KeyRing, ConfigError> {
    let security = &config.security;
    let keys = match &security.encryption_key {
        Some(keys) => keys.clone(),
        None => vec![of_store(&config.store.url, &security.key_file)?],
    };
    Ok(KeyRing::new(keys))
}

/// The key of the embedded default.
fn of_store(url: &StoreUrl, path: &Path) -> Result<EncryptionKey, ConfigError> {
    not_lost(url, path)?;
    from_file(path)
}

/// Key and store are made together, the key first: a store without its key has
/// lost it, and another would not do.
fn not_lost(url: &StoreUrl, path: &Path) -> Result<(), ConfigError> {
    let StoreUrl::Sqlite(store) = url;
    let has_content = fs::metadata(store).is_ok_and(|file| file.len() > 0);
    if has_content && !path.exists() {
        let why = format!(
            "it is missing, and the tokens in {} cannot be read without it: restore it from a \
             backup, or make a new one (`calsync keygen`) and import the accounts again",
            store.display()
        );
        return Err(ConfigError::key_file(path, &why));
    }
    Ok(())
}

/// The keys that there are; none where the key file is still to be made.
///
/// # Errors
/// When the key file is lost or cannot be read.
pub(super) fn existing(config: &Config) -> Result<Option<KeyRing>, ConfigError> {
    let security = &config.security;
    if let Some(keys) = &security.encryption_key {
        return Ok(Some(KeyRing::new(keys.clone())));
    }
    not_lost(&config.store.url, &security.key_file)?;
    let key = found(&security.key_file)?;
    Ok(key.map(|key| KeyRing::new(vec![key])))
}

fn from_file(path: &Path) -> Result<EncryptionKey, ConfigError> {
    let Some(key) = found(path)? else {
        return create(path);
    };
    warn_if_open(path);
    Ok(key)
}

/// The key in a file, if there is one.
fn found(path: &Path) -> Result<Option<EncryptionKey>, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => EncryptionKey::from_base64(text.trim())
            .map(Some)
            .map_err(|_| {
                let why = "it does not hold 32 bytes in base64; restore it from a backup: without \
                           it the stored tokens cannot be read";
                ConfigError::key_file(path, why)
            }),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => {
            let why = format!("it cannot be read: {error}; run calsync as the user who owns it");
            Err(ConfigError::key_file(path, &why))
        }
    }
}

fn warn_if_open(path: &Path) {
    let mode = fs::metadata(path).map_or(0, |file| file.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        let file = path.display();
        tracing::warn!("key file {file} is open to others (mode {mode:04o}); chmod 600 {file}");
    }
}

/// Where a directory of the path is a file, making the directory says so.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Makes a key file. It appears whole or not at all, and only one process's
/// key appears.
fn create(path: &Path) -> Result<EncryptionKey, ConfigError> {
    let fail = |error: std::io::Error| ConfigError::key_file(path, &error.to_string());
    let key = EncryptionKey::generate();
    let dir = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| ConfigError::state_dir(dir, &error))?;
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let written = write(&draft, &key).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft).ok();
    match written {
        Ok(()) => {
            tracing::warn!(
                key_file = %path.display(),
                "made a new encryption key: keep a copy of this file, the stored tokens cannot be \
                 read without it"
            );
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => from_file(path),
        Err(error) => Err(fail(error)),
    }
}

fn write(path: &Path, key: &EncryptionKey) -> std::io::Result<()> {
    fs::remove_file(path).ok();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{}", key.to_base64().expose_secret())?;
    file.sync_all()
}
