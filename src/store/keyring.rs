//! The keys under which tokens are stored: XChaCha20-Poly1305, bound to the
//! account and the purpose, so that a token moved elsewhere does not open.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::model::id::AccountId;

/// How the stored text begins.
const VERSION: &str = "v1";
/// The length of a nonce in bytes.
const NONCE: usize = 24;
/// Base64 with `+` and `/`; padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A key that encrypts tokens; printing it shows nothing of it.
#[derive(Clone)]
pub struct EncryptionKey {
    bytes: Zeroizing<[u8; 32]>,
    id: String,
}

/// A text that is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an encryption key is 32 bytes in base64 (44 characters), as `calsync keygen` prints it")]
pub struct InvalidKey;

impl EncryptionKey {
    /// Reads 32 bytes of base64: standard or URL-safe, padded or not.
    ///
    /// # Errors
    /// When it is not 32 bytes in base64.
    pub fn from_base64(text: &str) -> Result<Self, InvalidKey> {
        let standard = Zeroizing::new(text.trim().replace('-', "+").replace('_', "/"));
        let decoded = Zeroizing::new(BASE64.decode(standard.as_bytes()).map_err(|_| InvalidKey)?);
        let bytes = <[u8; 32]>::try_from(decoded.as_slice()).map_err(|_| InvalidKey)?;
        Ok(Self::of(Zeroizing::new(bytes)))
    }

    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(&mut bytes[..]);
        Self::of(bytes)
    }

    /// The key as text, for the file that keeps it and for nothing else.
    #[must_use]
    pub fn to_base64(&self) -> SecretString {
        SecretString::from(BASE64.encode(self.bytes.as_slice()))
    }

    /// The key with the name that stored texts know it by.
    fn of(bytes: Zeroizing<[u8; 32]>) -> Self {
        let id = hex(&Sha256::digest(bytes.as_slice())[..4]);
        Self { bytes, id }
    }

    /// The cipher of this key.
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.bytes))
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("EncryptionKey([REDACTED])")
    }
}

/// Why a token cannot be encrypted or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key is not in the ring, or the ring is empty.
    #[error("no key for it is configured")]
    NoKey,
    /// The stored text was altered, or belongs to another account or purpose.
    #[error("the encrypted text was altered or belongs elsewhere")]
    Forged,
}

/// The configured keys: the first one encrypts, all of them decrypt.
#[derive(Clone, Debug, Default)]
pub struct KeyRing(Vec<EncryptionKey>);

impl KeyRing {
    /// A ring of keys, the one that encrypts first. It may be empty, for
    /// commands that need no tokens.
    #[must_use]
    pub fn new(keys: Vec<EncryptionKey>) -> Self {
        Self(keys)
    }

    /// Encrypts a secret of an account for a purpose.
    ///
    /// # Errors
    /// `KeyError::NoKey` when the ring is empty.
    pub fn seal(
        &self,
        secret: &SecretString,
        account: &AccountId,
        purpose: &str,
    ) -> Result<String, KeyError> {
        let key = self.0.first().ok_or(KeyError::NoKey)?;
        let nonce: [u8; NONCE] = rand::random();
        let aad = associated(account, purpose, &key.id);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: aad.as_bytes(),
        };
        let sealed = key
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a token is far below the size that the cipher takes");
        let text = BASE64.encode([nonce.as_slice(), &sealed].concat());
        Ok(format!("{VERSION}.{}.{text}", key.id))
    }

    /// Decrypts what [`seal`](Self::seal) made for the same account and
    /// purpose.
    ///
    /// # Errors
    /// When the key is not in the ring, or the text is not what was stored.
    pub fn open(
        &self,
        sealed: &str,
        account: &AccountId,
        purpose: &str,
    ) -> Result<SecretString, KeyError> {
        let (id, text) = split(sealed).ok_or(KeyError::Forged)?;
        let bytes = BASE64.decode(text).map_err(|_| KeyError::Forged)?;
        let (nonce, ciphertext) = bytes.split_first_chunk().ok_or(KeyError::Forged)?;
        let aad = associated(account, purpose, id);
        let mut failure = KeyError::NoKey;
        for key in self.0.iter().filter(|key| key.id == id) {
            match decrypt(key, nonce, ciphertext, aad.as_bytes()) {
                Some(secret) => return Ok(secret),
                None => failure = KeyError::Forged,
            }
        }
        Err(failure)
    }

    /// Whether a stored text was encrypted with the key that encrypts now.
    #[must_use]
    pub fn is_current(&self, sealed: &str) -> bool {
        let id = split(sealed).map(|(id, _)| id);
        self.0.first().is_some_and(|key| id == Some(&key.id))
    }
}

/// One key's attempt at a text.
fn decrypt(
    key: &EncryptionKey,
    nonce: &[u8; NONCE],
    msg: &[u8],
    aad: &[u8],
) -> Option<SecretString> {
    let plain = key
        .cipher()
        .decrypt(&XNonce::from(*nonce), Payload { msg, aad })
        .map(Zeroizing::new)
        .ok()?;
    std::str::from_utf8(&plain).ok().map(SecretString::from)
}

/// What a ciphertext is bound to besides its key.
fn associated(account: &AccountId, purpose: &str, key: &str) -> String {
    format!("{account}|{purpose}|{key}")
}

/// Key id and content of a stored text.
fn split(sealed: &str) -> Option<(&str, &str)> {
    sealed
        .strip_prefix(VERSION)?
        .strip_prefix('.')?
        .split_once('.')
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str) -> AccountId {
        AccountId::new(id)
    }

    fn ring(keys: &[&EncryptionKey]) -> KeyRing {
        KeyRing::new(keys.iter().map(|key| (*key).clone()).collect())
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_account_and_purpose() {
        let keys = ring(&[&EncryptionKey::generate()]);
        let secret = SecretString::from("1//refresh");
        let sealed = keys.seal(&secret, &account("a-1"), "refresh").unwrap();
        let opened = keys.open(&sealed, &account("a-1"), "refresh").unwrap();
        assert_eq!(opened.expose_secret(), "1//refresh");
        assert!(sealed.starts_with("v1.") && !sealed.contains("1//refresh"));
        let again = keys.seal(&secret, &account("a-1"), "refresh").unwrap();
        assert_ne!(sealed, again, "each sealing has a nonce of its own");
    }

    #[test]
    fn a_token_moved_to_another_account_or_purpose_does_not_open() {
        let keys = ring(&[&EncryptionKey::generate()]);
        let sealed = keys
            .seal(&SecretString::from("x"), &account("a-1"), "refresh")
            .unwrap();
        for (id, purpose) in [("a-2", "refresh"), ("a-1", "access")] {
            let failure = keys.open(&sealed, &account(id), purpose).unwrap_err();
            assert_eq!(failure, KeyError::Forged, "{id} {purpose}");
        }
    }

    #[test]
    fn a_token_of_a_rotated_key_still_opens_and_is_not_current() {
        let (old, new) = (EncryptionKey::generate(), EncryptionKey::generate());
        let sealed = ring(&[&old])
            .seal(&SecretString::from("x"), &account("a"), "refresh")
            .unwrap();
        let rotated = ring(&[&new, &old]);
        assert!(rotated.open(&sealed, &account("a"), "refresh").is_ok());
        assert!(!rotated.is_current(&sealed));
        assert!(ring(&[&old]).is_current(&sealed));
    }

    #[test]
    fn a_key_that_is_not_there_is_told_from_a_forged_text() {
        let keys = ring(&[&EncryptionKey::generate()]);
        let secret = SecretString::from("x");
        let sealed = keys.seal(&secret, &account("a"), "refresh").unwrap();
        let open = |keys: &KeyRing, text: &str| keys.open(text, &account("a"), "refresh").err();
        let stranger = ring(&[&EncryptionKey::generate()]);
        assert_eq!(open(&stranger, &sealed), Some(KeyError::NoKey));
        assert_eq!(open(&KeyRing::default(), &sealed), Some(KeyError::NoKey));
        let head = sealed.rsplit_once('.').unwrap().0;
        for forged in [
            "",
            "v1",
            "v1.x",
            "plain",
            &format!("{head}.AAAA"),
            &format!("{head}.!"),
        ] {
            assert_eq!(open(&keys, forged), Some(KeyError::Forged), "{forged:?}");
        }
        let empty = KeyRing::default().seal(&secret, &account("a"), "refresh");
        assert_eq!(empty.unwrap_err(), KeyError::NoKey);
    }

    #[test]
    fn a_key_survives_its_text_and_shows_nothing() {
        let key = EncryptionKey::generate();
        let text = key.to_base64();
        let padded = format!(" {}\n", text.expose_secret());
        let read = EncryptionKey::from_base64(&padded).unwrap();
        assert_eq!(read.bytes, key.bytes);
        let unpadded = text.expose_secret().trim_end_matches('=');
        assert!(EncryptionKey::from_base64(unpadded).is_ok());
        let shown = format!("{:?}", KeyRing::new(vec![key]));
        assert_eq!(shown, "KeyRing([EncryptionKey([REDACTED])])");
        for bad in ["", "short", "AAAA", "!".repeat(44).as_str()] {
            assert_eq!(EncryptionKey::from_base64(bad).unwrap_err(), InvalidKey);
        }
    }
}
