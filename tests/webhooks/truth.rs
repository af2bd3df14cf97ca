//! What the providers hold, what the application sees, and what waits.

use serde_json::{Value, json};

use super::house::House;
use crate::support::program::ANA;

impl House {
    /// What happens on the day, as the application sees it: a line an
    /// occurrence.
    pub(crate) fn timeline(&self) -> Vec<String> {
        let store = self.store();
        let sql = "SELECT provider || ' ' || substr(starts_at, 1, 16) || ' ' || title
            FROM calendar_timeline WHERE substr(starts_at, 1, 10) = ?1 ORDER BY 1";
        let mut select = store.prepare(sql).unwrap();
        let rows = select.query_map([self.day.to_string()], |row| row.get(0));
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// The same as the providers hold it; what recurs does so every day.
    pub(crate) fn truth(&self) -> Vec<String> {
        let (google, microsoft) = (&self.world.sandbox.google, &self.world.sandbox.microsoft);
        let line = |provider: &str, title: &str, event: &Value| {
            let start = event["start"]["dateTime"].as_str().unwrap();
            let title = event[title].as_str().unwrap();
            format!("{provider} {}{} {title}", self.day, &start[10..16])
        };
        let ours = google.events(ANA);
        let theirs = microsoft.events(&microsoft.default_calendar(ANA));
        let ours = ours.iter().map(|event| line("google", "summary", event));
        let theirs = theirs
            .iter()
            .map(|event| line("microsoft", "subject", event));
        let mut lines: Vec<_> = ours.chain(theirs).collect();
        lines.sort();
        lines
    }

    /// How many deliveries of each provider there are, whatever their state;
    /// none is dead.
    pub(crate) async fn queued(&self) -> [u64; 2] {
        let status = self.line.status().await;
        assert!(status.iter().all(|one| one.dead == 0), "{status:?}");
        [0, 1].map(|which: usize| status[which].waiting + status[which].held)
    }

    /// The end of every story: the application sees what the providers hold,
    /// nothing waits, and a further drain asks nobody anything.
    pub(crate) async fn nothing_is_left(&self, point: &str) {
        assert_eq!(self.timeline(), self.truth(), "{point}");
        assert_eq!(self.queued().await, [0, 0], "{point}");
        let (google, microsoft) = (&self.world.sandbox.google, &self.world.sandbox.microsoft);
        google.clear_requests();
        let asked = microsoft.requests().len();
        let run = self.drain();
        assert_eq!(run["outcome"], "ok", "{point}: {run}");
        assert_eq!(run["counts"]["claimed"], json!(0), "{point}: {run}");
        assert_eq!(google.requests().len(), 0, "{point}");
        assert_eq!(microsoft.requests().len(), asked, "{point}");
        assert_eq!(self.timeline(), self.truth(), "{point}");
    }

    /// How many notifications of each provider were answered with success
    /// since the posts were last cleared.
    pub(crate) fn answered(&self) -> [u64; 2] {
        let (google, microsoft) = (&self.world.sandbox.google, &self.world.sandbox.microsoft);
        let taken = |status: Option<u16>| status.is_some_and(|status| (200..300).contains(&status));
        let ours = google.sent().into_iter().filter(|sent| {
            taken(sent.status) && sent.header("X-Goog-Resource-State") == Some("exists")
        });
        let theirs = microsoft.sent().into_iter();
        let theirs = theirs.filter(|sent| taken(sent.status)).map(|sent| {
            let json = sent.json();
            json["value"].as_array().map_or(0, Vec::len)
        });
        [ours.count() as u64, theirs.sum::<usize>() as u64]
    }
}
