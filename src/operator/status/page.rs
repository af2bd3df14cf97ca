//! The overview as a page that may be published: it names ids and numbers
//! only, no title, address, path or message, and asks nobody for anything.

mod charts;
mod file;
mod markup;
mod sections;

use std::path::Path;

use chrono::TimeDelta;

use super::overview::Overview;
use crate::model::run::{RunSpan, Spans};
use crate::operator::output::{Output, moment};
use crate::store::Store;

/// How long the stretches of the history are: a bar each.
const LENGTH_S: u32 = 2 * 3600;

/// How many of them there are: a week.
const NUMBER: u32 = 84;

const STYLE: &str = include_str!("page/style.css");

/// Writes the page into a file, or to stdout.
pub(super) async fn write(
    out: Output,
    file: &Path,
    overview: &Overview,
    store: Option<&dyn Store>,
) -> anyhow::Result<()> {
    // The last stretch holds also what began within this second.
    let end = overview.at + TimeDelta::seconds(1);
    let spans = Spans {
        since: end - TimeDelta::seconds(i64::from(LENGTH_S) * i64::from(NUMBER)),
        length_s: LENGTH_S,
        number: NUMBER,
    };
    let history = match store {
        Some(store) if overview.stored.is_some() => store.run_history(spans).await.ok(),
        _ => Some(Vec::new()),
    };
    let page = document(overview, history.as_deref());
    if file == Path::new("-") {
        return Ok(out.line(&page)?);
    }
    file::replace(file, &page)
}

fn document(overview: &Overview, history: Option<&[RunSpan]>) -> String {
    let health = overview.health.as_str();
    let at = moment(overview.at);
    let sections = sections::all(overview, history);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>calsync: {health}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>calsync <span class=\"{health}\">{health}</span></h1>\n<p>as of {at}</p>\n\
         {sections}</body>\n</html>"
    )
}
