//! What a check found.

use std::fmt::Display;

use serde::Serialize;

/// How it is; the later the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// There is nothing to look at.
    Skip,
    /// It is well.
    Ok,
    /// It works, but not as it should, or not for long.
    Warn,
    /// It does not work.
    Fail,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// What a check found, and what is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) check: String,
    pub(super) verdict: Verdict,
    pub(super) found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) advice: Option<String>,
}

impl Check {
    pub(super) fn skip(check: &str, found: impl Display) -> Self {
        Self::of(check, Verdict::Skip, &found, None)
    }

    pub(super) fn ok(check: &str, found: impl Display) -> Self {
        Self::of(check, Verdict::Ok, &found, None)
    }

    pub(super) fn warn(check: &str, found: impl Display, advice: impl Display) -> Self {
        Self::of(check, Verdict::Warn, &found, Some(advice.to_string()))
    }

    pub(super) fn fail(check: &str, found: impl Display, advice: impl Display) -> Self {
        Self::of(check, Verdict::Fail, &found, Some(advice.to_string()))
    }

    /// What was to be looked at could not be read.
    pub(super) fn broken(check: &str, error: &impl Display) -> Self {
        Self::fail(check, error, "see the check of the store")
    }

    fn of(check: &str, verdict: Verdict, found: &dyn Display, advice: Option<String>) -> Self {
        Self {
            check: check.to_owned(),
            verdict,
            found: found.to_string(),
            advice,
        }
    }

    /// The check as people read it.
    pub(super) fn line(&self) -> String {
        let (word, check) = (self.verdict.word(), &self.check);
        let mut line = format!("{word:<4}  {check:<23}  {}", on_one_line(&self.found));
        if let Some(advice) = &self.advice {
            line.push_str(" -> ");
            line.push_str(&on_one_line(advice));
        }
        line
    }
}

fn on_one_line(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines.join("; ").replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_one_line_that_ends_with_what_to_do() {
        let check = Check::warn("queue", "2 dead\n  entries", "look at them\u{7}");
        let expected = "warn  queue                    2 dead; entries -> look at them ";
        assert_eq!(check.line(), expected);
    }

    #[test]
    fn skipping_is_as_good_as_well() {
        assert!(Verdict::Skip < Verdict::Ok && Verdict::Ok < Verdict::Warn);
        assert!(Verdict::Warn < Verdict::Fail);
    }
}
