//! Which occurrences a series has.
//!
//! The rule is expanded in floating time, as wall-clock times of the series'
//! zone written as if they were UTC; each is then resolved in that zone.

use jiff::civil;
use rrule::{RRuleSet, Tz};

use super::calendar::Object;
use super::times::{When, Zone, instant};

/// A series, ready to expand.
pub(super) struct Series {
    start: When,
    zone: Zone,
    set: RRuleSet,
}

impl Series {
    /// Reads a series of a calendar in `zone`; `None`: no series, or a rule
    /// that does not parse.
    pub(super) fn of(master: &Object, zone: &Zone) -> Option<Self> {
        let lines: Vec<&str> = master
            .get("recurrence")?
            .as_array()?
            .iter()
            .filter_map(|line| line.as_str())
            .collect();
        let start = When::parse(master.get("start")?, zone, "start").ok()?;
        Self::read(start, &lines, zone)
    }

    /// Reads a rule for a series that begins at `start`.
    pub(super) fn read(start: When, lines: &[&str], zone: &Zone) -> Option<Self> {
        let zone = match &start {
            When::At(_, Some(named)) => named.clone(),
            _ => zone.clone(),
        };
        let first = floating(start.wall(&zone));
        let mut text = format!("DTSTART:{first}");
        for line in lines {
            text.push('\n');
            text.push_str(&translate(line, &zone)?);
        }
        if !lines.iter().any(|line| line.starts_with("RRULE")) {
            text.push_str(&format!("\nRDATE:{first}"));
        }
        Some(Self {
            start,
            zone,
            set: text.parse().ok()?,
        })
    }

    /// The original starts from `from` up to and without `to`, at most `limit`.
    pub(super) fn between(
        &self,
        from: civil::DateTime,
        to: civil::DateTime,
        limit: u16,
    ) -> Vec<When> {
        let (Some(from), Some(to)) = (chrono(from), chrono(to)) else {
            return Vec::new();
        };
        let dates = self.set.clone().after(from).before(to).all(limit).dates;
        dates
            .iter()
            .filter(|at| **at < to)
            .filter_map(|at| self.at(at))
            .collect()
    }

    /// Whether the series has an occurrence that originally starts then.
    pub(super) fn has(&self, original: &When) -> bool {
        let wall = original.wall(&self.zone);
        let (Ok(from), Ok(to)) = (
            wall.checked_sub(jiff::Span::new().days(1)),
            wall.checked_add(jiff::Span::new().days(1)),
        ) else {
            return false;
        };
        self.between(from, to, 1000)
            .iter()
            .any(|at| at.suffix() == original.suffix())
    }

    fn at(&self, wall: &chrono::DateTime<Tz>) -> Option<When> {
        let wall: civil::DateTime = wall.format("%Y-%m-%dT%H:%M:%S").to_string().parse().ok()?;
        self.start.moved_to(wall, &self.zone)
    }
}

/// What is wrong with a `recurrence` array, if anything.
pub(super) fn complaint(start: &When, lines: &[&str], zone: &Zone) -> Option<&'static str> {
    const KNOWN: [&str; 4] = ["RRULE:", "EXRULE:", "RDATE", "EXDATE"];
    if lines
        .iter()
        .any(|line| !KNOWN.iter().any(|known| line.starts_with(known)))
    {
        return Some("Invalid recurrence: only RRULE, EXRULE, RDATE and EXDATE are allowed.");
    }
    if lines
        .iter()
        .any(|line| line.contains("COUNT=") && line.contains("UNTIL="))
    {
        return Some("Invalid recurrence rule: COUNT and UNTIL exclude each other.");
    }
    match Series::read(start.clone(), lines, zone) {
        Some(_) => None,
        None => Some("Invalid recurrence rule."),
    }
}

fn translate(line: &str, zone: &Zone) -> Option<String> {
    let (head, value) = line.split_once(':')?;
    let mut words = head.split(';');
    let name = words.next()?;
    if name.ends_with("RULE") {
        return Some(format!("{name}:{}", rule(value, zone)?));
    }
    let named = words
        .find_map(|word| word.strip_prefix("TZID="))
        .map(Zone::named);
    let written_in = named.unwrap_or_else(|| Some(zone.clone()))?;
    let times: Option<Vec<String>> = value
        .split(',')
        .map(|time| moment(time, &written_in, zone))
        .collect();
    Some(format!("{name}:{}", times?.join(",")))
}

/// The rule with its `UNTIL` as a floating time.
fn rule(value: &str, zone: &Zone) -> Option<String> {
    let part = |part: &str| match part.strip_prefix("UNTIL=") {
        Some(day) if day.len() == 8 => Some(format!("UNTIL={day}T235959Z")),
        Some(time) => Some(format!("UNTIL={}", moment(time, zone, zone)?)),
        None => Some(part.to_owned()),
    };
    Some(
        value
            .split(';')
            .map(part)
            .collect::<Option<Vec<_>>>()?
            .join(";"),
    )
}

/// A basic-format time as a floating time of `zone`.
fn moment(text: &str, written_in: &Zone, zone: &Zone) -> Option<String> {
    if text.len() == 8 {
        return Some(format!("{text}T000000Z"));
    }
    let utc = Zone::named("UTC")?;
    let written_in = if text.ends_with('Z') {
        &utc
    } else {
        written_in
    };
    let wall: civil::DateTime =
        civil::DateTime::strptime("%Y%m%dT%H%M%S", text.trim_end_matches('Z')).ok()?;
    let instant = instant(&wall.to_string(), written_in)?;
    Some(floating(zone.wall(instant)))
}

fn floating(wall: civil::DateTime) -> String {
    wall.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn chrono(wall: civil::DateTime) -> Option<chrono::DateTime<Tz>> {
    let text = wall.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Some(
        text.parse::<chrono::DateTime<chrono::Utc>>()
            .ok()?
            .with_timezone(&Tz::UTC),
    )
}
