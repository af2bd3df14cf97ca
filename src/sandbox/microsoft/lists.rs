//! Collections, page by page.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::call::Call;
use super::delta::{Tweaks, confirmed};
use super::prefer::Prefer;

/// A collection of which one page is sent.
pub(super) struct Listing<'a> {
    pub(super) call: &'a Call,
    /// The base URL of the model.
    pub(super) url: &'a str,
    /// What `@odata.context` names.
    pub(super) context: &'a str,
    pub(super) top: usize,
    pub(super) skip: usize,
}

impl Listing<'_> {
    /// The answer with a page of `all`, each shown by `show`.
    pub(super) fn answer<T>(
        &self,
        all: &[T],
        show: impl Fn(&T) -> Value,
        prefer: &Prefer,
        tweaks: &Tweaks,
    ) -> Answer {
        let all = if tweaks.empty { &[] } else { all };
        let shown = all.iter().skip(self.skip).take(self.top).map(show);
        let mut body = json!({ "value": shown.collect::<Vec<_>>(),
            "@odata.context": format!("{}/v1.0/$metadata#{}", self.url, self.context) });
        let end = self.skip + self.top;
        if tweaks.repeat || end < all.len() {
            let skip = if tweaks.repeat { self.skip } else { end };
            body["@odata.nextLink"] = json!(self.link(skip, tweaks));
        }
        confirmed(Answer::json(&body, false), &prefer.applied)
    }

    /// The same request with another `$skip`.
    fn link(&self, skip: usize, tweaks: &Tweaks) -> String {
        let base = tweaks.base.as_deref().unwrap_or(self.url);
        let mut parts: Vec<String> = self
            .call
            .query
            .split('&')
            .filter(|part| !part.is_empty() && !is_skip(part))
            .map(str::to_owned)
            .collect();
        parts.push(format!("$skip={skip}"));
        format!("{base}{}?{}", self.call.path, parts.join("&"))
    }
}

fn is_skip(part: &str) -> bool {
    part.starts_with("$skip=") || part.starts_with("%24skip=")
}
