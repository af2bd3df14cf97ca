//! The kinds of values that a configuration holds, and how each is read.
//!
//! A reader answers with the value or with what it expected, worded to follow
//! "expected".

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::ValueKind;

/// What a reader expected instead of what it was given.
pub(super) type Expected = Cow<'static, str>;

/// A program with its arguments, which no shell sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// A path, or a name without a slash that is looked up in `PATH`.
    pub program: PathBuf,
    /// Its arguments, as they are.
    pub arguments: Vec<String>,
}

/// A share of a whole, 0 to 100 percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u8);

impl Percent {
    /// The share of a calendar that may vanish unasked, where none is set.
    pub(super) const DEFAULT_MASS_DELETE: Self = Self(25);

    /// That many percent; `None` above 100.
    pub fn new(percent: u8) -> Option<Self> {
        (percent <= 100).then_some(Self(percent))
    }

    /// The number before the percent sign.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// Any text that is not blank.
pub(super) fn text(kind: &ValueKind) -> Result<String, Expected> {
    string(kind, "text in quotes").map(str::to_owned)
}

/// What a duration is to be.
const DURATION: &str =
    r#"a duration with its unit, from 1 second to 24 hours, like "30s", "15m" or "1h 30m""#;

/// A time that carries its unit.
pub(super) fn duration(kind: &ValueKind) -> Result<Duration, Expected> {
    Ok(duration_of(string(kind, DURATION)?)?)
}

/// The duration that a text gives with its unit, from 1 second to 24 hours.
///
/// # Errors
/// When it gives none: what is expected.
pub fn duration_of(text: &str) -> Result<Duration, &'static str> {
    let time: jiff::SignedDuration = text.parse().map_err(|_| DURATION)?;
    let time = Duration::try_from(time).map_err(|_| DURATION)?;
    let fits = (Duration::from_secs(1)..=Duration::from_secs(24 * 3600)).contains(&time);
    fits.then_some(time).ok_or(DURATION)
}

/// A whole number within bounds.
pub(super) fn number(
    kind: &ValueKind,
    bounds: std::ops::RangeInclusive<u32>,
) -> Result<u32, Expected> {
    let quoted = matches!(kind, ValueKind::String(text) if text.trim().parse::<i64>().is_ok());
    let quotes = if quoted { ", without quotes" } else { "" };
    let expected = || {
        format!(
            "a whole number from {} to {}{quotes}",
            bounds.start(),
            bounds.end()
        )
    };
    let found = match kind {
        ValueKind::I64(n) => u32::try_from(*n).ok(),
        _ => None,
    };
    found
        .filter(|n| bounds.contains(n))
        .ok_or_else(|| expected().into())
}

/// A share in percent.
pub(super) fn percent(kind: &ValueKind) -> Result<Percent, Expected> {
    const EXPECTED: &str =
        r#"a percentage from 0% to 100%, with its sign and in quotes, like "25%""#;
    let digits = string(kind, EXPECTED)?.strip_suffix('%').ok_or(EXPECTED)?;
    let number = digits.trim_end().parse().ok().and_then(Percent::new);
    number.ok_or_else(|| EXPECTED.into())
}

/// A size in bytes, as a number or with a unit.
pub(super) fn size(kind: &ValueKind) -> Result<usize, Expected> {
    const EXPECTED: &str =
        r#"a size from 1 KiB to 16 MiB, like "256KiB", "1MiB" or 262144 (bytes)"#;
    let bytes = match kind {
        ValueKind::I64(n) => usize::try_from(*n).ok(),
        ValueKind::String(text) => sized(text),
        _ => None,
    };
    bytes
        .filter(|n| (1024..=16 << 20).contains(n))
        .ok_or_else(|| EXPECTED.into())
}

fn sized(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: usize = match &text[digits.len()..] {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => return None,
    };
    digits.trim_end().parse::<usize>().ok()?.checked_mul(unit)
}

/// An address to listen on.
pub(super) fn address(kind: &ValueKind) -> Result<std::net::SocketAddr, Expected> {
    const EXPECTED: &str = r#"an IP address and a port, like "127.0.0.1:8080" or "[::1]:8080""#;
    string(kind, EXPECTED)?.parse().map_err(|_| EXPECTED.into())
}

/// A path; a relative one is taken from `dir`.
pub(super) fn path(kind: &ValueKind, dir: &Path) -> Result<PathBuf, Expected> {
    const EXPECTED: &str =
        r#"a path, like "/var/lib/calsync" (`~` and variables are not expanded)"#;
    let path = string(kind, EXPECTED)?;
    match path.starts_with(['~', '$']) {
        true => Err(EXPECTED.into()),
        false => Ok(dir.join(path)),
    }
}

/// A program with its arguments; a relative path is taken from `dir`.
pub(super) fn hook(kind: &ValueKind, dir: &Path) -> Result<Hook, Expected> {
    const EXPECTED: &str = r#"a list of texts: a program and its arguments, like ["/usr/local/bin/tell", "--all"] (`~` and variables are not expanded)"#;
    let ValueKind::Array(list) = kind else {
        return Err(EXPECTED.into());
    };
    let (first, rest) = list.split_first().ok_or(EXPECTED)?;
    let argument = |value: &config::Value| match &value.kind {
        ValueKind::String(text) => Ok(text.clone()),
        _ => Err(Expected::from(EXPECTED)),
    };
    let hook = program(&first.kind, dir).map_err(|_| EXPECTED)?;
    Ok(Hook {
        arguments: rest.iter().map(argument).collect::<Result<_, _>>()?,
        ..hook
    })
}

/// A program without arguments; a relative path is taken from `dir`.
pub(super) fn program(kind: &ValueKind, dir: &Path) -> Result<Hook, Expected> {
    const EXPECTED: &str = r#"a program, like "/usr/local/bin/tell" (arguments can be given in the file; `~` and variables are not expanded)"#;
    let text = string(kind, EXPECTED)?;
    let program = match text.contains('/') {
        true => path(kind, dir).map_err(|_| EXPECTED)?,
        false if text.starts_with(['~', '$']) => return Err(EXPECTED.into()),
        false => PathBuf::from(text),
    };
    Ok(Hook {
        program,
        arguments: Vec::new(),
    })
}

/// A Microsoft tenant. It becomes a segment of a path.
pub(super) fn tenant(kind: &ValueKind) -> Result<String, Expected> {
    const EXPECTED: &str = r#""common", "organizations", "consumers", or the id or domain of a tenant, like "example.onmicrosoft.com""#;
    let tenant = string(kind, EXPECTED)?;
    let fits = tenant
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        && !tenant.starts_with('.');
    fits.then(|| tenant.to_owned())
        .ok_or_else(|| EXPECTED.into())
}

/// The text of a value that must be one.
pub(super) fn string<'a>(kind: &'a ValueKind, expected: &'static str) -> Result<&'a str, Expected> {
    match kind {
        ValueKind::String(text) if !text.trim().is_empty() => Ok(text.trim()),
        _ => Err(expected.into()),
    }
}
