//! Where the entries of a file begin, and whether it is whole.

/// The lines (from 1) on which events begin; or the line at which the file
/// stops making sense, and why.
pub(super) fn event_lines(text: &str) -> Result<Vec<usize>, (usize, String)> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut events = Vec::new();
    let mut calendars = 0;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(name) = line.strip_prefix("BEGIN:") {
            calendars += usize::from(name == "VCALENDAR");
            begin(&open, number, name)?;
            open.push((number, name));
            events.extend((name == "VEVENT").then_some(number));
        } else if let Some(name) = line.strip_prefix("END:") {
            end(open.pop(), number, name)?;
        }
    }
    match (open.pop(), calendars) {
        (Some((number, name)), _) => Err((number, format!("{name} begins here and never ends"))),
        (None, 1) => Ok(events),
        (None, 0) => Err((
            1,
            "this is no iCalendar file: there is no BEGIN:VCALENDAR".to_owned(),
        )),
        (None, _) => Err((
            1,
            "there is more than one VCALENDAR in this file".to_owned(),
        )),
    }
}

fn begin(open: &[(usize, &str)], number: usize, name: &str) -> Result<(), (usize, String)> {
    match open.is_empty() && name != "VCALENDAR" {
        true => Err((number, format!("{name} begins outside a VCALENDAR"))),
        false => Ok(()),
    }
}

fn end(last: Option<(usize, &str)>, number: usize, name: &str) -> Result<(), (usize, String)> {
    match last {
        Some((_, begun)) if begun == name => Ok(()),
        Some((line, begun)) => Err((
            number,
            format!("{name} ends here, but {begun} of line {line} is still open"),
        )),
        None => Err((number, format!("{name} ends here, but it never began"))),
    }
}
