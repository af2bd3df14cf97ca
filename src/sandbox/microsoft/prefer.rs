//! The `Prefer` header: it counts for the request that carries it, no other.

use super::errors::ApiError;
use super::zones::Zone;

/// What a request prefers.
#[derive(Clone, Debug)]
pub(super) struct Prefer {
    pub(super) zone: Zone,
    /// Bodies as text.
    pub(super) text: bool,
    /// Immutable ids.
    pub(super) immutable: bool,
    pub(super) page_size: Option<usize>,
    /// What `Preference-Applied` confirms.
    pub(super) applied: Vec<String>,
}

impl Default for Prefer {
    fn default() -> Self {
        Self {
            zone: Zone::utc(),
            text: false,
            immutable: false,
            page_size: None,
            applied: Vec::new(),
        }
    }
}

impl Prefer {
    /// Reads the header; a preference that is not known is passed over.
    pub(super) fn read(header: Option<&str>) -> Result<Self, ApiError> {
        let mut prefer = Self::default();
        for one in header.unwrap_or_default().split(',') {
            let (name, value) = one.split_once('=').unwrap_or((one, ""));
            let value = value.trim().trim_matches('"');
            if prefer.take(name.trim(), value)? {
                prefer.applied.push(one.trim().to_owned());
            }
        }
        Ok(prefer)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<bool, ApiError> {
        match name.to_ascii_lowercase().as_str() {
            "outlook.timezone" => {
                self.zone = Zone::accepted(value).ok_or_else(|| ApiError::zone(value))?;
            }
            "outlook.body-content-type" => self.text = value.eq_ignore_ascii_case("text"),
            "idtype" => self.immutable = value == "ImmutableId",
            "odata.maxpagesize" => {
                self.page_size = value.parse().ok().filter(|size| *size > 0);
                return Ok(self.page_size.is_some());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
