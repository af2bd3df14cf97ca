//! Secrets: given in place, or by the name of a file that holds them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use config::ValueKind;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::error::ConfigError;
use super::read::{Found, Reader};
use super::values::{Expected, path, string};
use crate::store::EncryptionKey;

const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
const KEY: &str = "32 bytes in base64, or a list of such keys (`calsync keygen` makes one)";

impl Reader<'_> {
    /// A secret, from the key or from the file that its `_file` twin names.
    pub(super) fn secret(
        &self,
        section: &str,
        key: &str,
        warnings: &mut Vec<String>,
    ) -> Result<Option<SecretString>, ConfigError> {
        match self.given(section, key, warnings)? {
            Some(Given::File(secret, _)) => Ok(Some(secret)),
            Some(Given::Here(found)) => {
                let secret = string(found.kind, "a text that is not empty, in quotes");
                secret
                    .map(|text| Some(SecretString::from(text)))
                    .map_err(|expected| found.wrong(&expected))
            }
            None => Ok(None),
        }
    }

    /// Encryption keys: one text or a list; in a file or a variable, separated
    /// by commas or line ends.
    pub(super) fn encryption_keys(
        &self,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Vec<EncryptionKey>>, ConfigError> {
        match self.given("security", "encryption_key", warnings)? {
            Some(Given::Here(found)) => keys(found.kind)
                .map(Some)
                .map_err(|expected| found.wrong(&expected)),
            Some(Given::File(text, found)) => {
                key_list(text.expose_secret())
                    .map(Some)
                    .map_err(|expected| {
                        let trouble =
                            format!("the file does not hold what is expected: {expected}");
                        ConfigError::setting(&found.place, &found.key, &trouble)
                    })
            }
            None => Ok(None),
        }
    }

    fn given(
        &self,
        section: &str,
        key: &str,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Given<'_>>, ConfigError> {
        let twin = format!("{key}_file");
        match (self.find(section, key), self.find(section, &twin)) {
            (Some(here), Some(file)) => Err(both(&here, &file)),
            (Some(here), None) => {
                warnings.extend(self.readable_by_all(&here, &twin));
                Ok(Some(Given::Here(here)))
            }
            (None, Some(file)) => {
                let text = self.read_secret(&file, warnings)?;
                Ok(Some(Given::File(text, file)))
            }
            (None, None) => Ok(None),
        }
    }

    /// The file as a whole may be the group's, the service's: that is how a
    /// file of root's is read by a service.
    fn readable_by_all(&self, found: &Found<'_>, twin: &str) -> Option<String> {
        let file = self.file.as_deref().filter(|_| found.in_file)?;
        let mode = mode(file).filter(|mode| mode & 0o007 != 0)?;
        let (place, key, file) = (&found.place, &found.key, file.display());
        Some(format!(
            "{place}: {key} stands in a file that everyone may read (mode {mode:04o}); \
             chmod 640 {file}, or keep it in a file of its own with {twin}"
        ))
    }

    fn read_secret(
        &self,
        found: &Found<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<SecretString, ConfigError> {
        let path = self.secret_path(found)?;
        let text = std::fs::read_to_string(&path)
            .map(Zeroizing::new)
            .map_err(|e| {
                let trouble = format!("the file {} cannot be read: {e}", path.display());
                ConfigError::setting(&found.place, &found.key, &trouble)
            })?;
        // As a value in place is read.
        let secret = text.trim();
        if secret.is_empty() {
            let trouble = format!(
                "the file {} is empty; the secret belongs in it",
                path.display()
            );
            return Err(ConfigError::setting(&found.place, &found.key, &trouble));
        }
        warnings.extend(readable_by_others(&path, found));
        Ok(SecretString::from(secret))
    }

    /// `%d/name` and `$CREDENTIALS_DIRECTORY/name` are the credential `name`;
    /// so is a relative name, where there are credentials.
    fn secret_path(&self, found: &Found<'_>) -> Result<PathBuf, ConfigError> {
        const EXPECTED: &str = r#"the path of the file that holds the secret, like "/etc/calsync/secret" or "%d/secret""#;
        let wrong = |expected| found.wrong(&expected);
        let text = string(found.kind, EXPECTED).map_err(wrong)?;
        let named = [
            "%d/",
            "$CREDENTIALS_DIRECTORY/",
            "${CREDENTIALS_DIRECTORY}/",
        ];
        let credential = named.iter().find_map(|prefix| text.strip_prefix(prefix));
        match (credential, self.sources.var(CREDENTIALS)) {
            (Some(name), Some(dir)) => Ok(Path::new(dir).join(name)),
            (Some(_), None) => Err(no_credentials(found)),
            (None, Some(dir)) => Ok(Path::new(dir).join(text)),
            (None, None) => path(found.kind, &found.dir).map_err(wrong),
        }
    }
}

/// A secret as it was given.
enum Given<'a> {
    Here(Found<'a>),
    File(SecretString, Found<'a>),
}

fn both(here: &Found<'_>, file: &Found<'_>) -> ConfigError {
    let trouble = format!("{} ({}) is set too; keep one of them", file.key, file.place);
    ConfigError::setting(&here.place, &here.key, &trouble)
}

fn no_credentials(found: &Found<'_>) -> ConfigError {
    let trouble = "$CREDENTIALS_DIRECTORY is not set: only a systemd unit with LoadCredential= has one; \
                   elsewhere, give the path of a file";
    ConfigError::setting(&found.place, &found.key, &trouble)
}

fn readable_by_others(path: &Path, found: &Found<'_>) -> Option<String> {
    let mode = mode(path).filter(|mode| mode & 0o077 != 0)?;
    let (place, key, file) = (&found.place, &found.key, path.display());
    Some(format!(
        "{place}: {key}: {file} is open to others (mode {mode:04o}); chmod 600 {file}"
    ))
}

fn mode(path: &Path) -> Option<u32> {
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

fn keys(kind: &ValueKind) -> Result<Vec<EncryptionKey>, Expected> {
    match kind {
        ValueKind::Array(list) if !list.is_empty() => {
            list.iter().map(|item| one_key(&item.kind)).collect()
        }
        ValueKind::String(text) => key_list(text),
        _ => Err(KEY.into()),
    }
}

fn one_key(kind: &ValueKind) -> Result<EncryptionKey, Expected> {
    EncryptionKey::from_base64(string(kind, KEY)?).map_err(|_| KEY.into())
}

fn key_list(text: &str) -> Result<Vec<EncryptionKey>, Expected> {
    let parts = text
        .split([',', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let keys: Vec<_> = parts
        .map(|part| EncryptionKey::from_base64(part).map_err(|_| KEY))
        .collect::<Result<_, _>>()?;
    (!keys.is_empty()).then_some(keys).ok_or_else(|| KEY.into())
}
