//! What must be true when nothing is left to do.

use calsync::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use calsync::model::content::{Field as Named, Value as Said};
use calsync::model::time::EventTime;
use serde_json::Value;

use super::history::{Field, Made};
use super::house::House;
use crate::support::planner::Seen;

/// A task's side of a conflict record.
type Sides<'a> = [&'a Option<calsync::model::content::Fields>; 2];

impl House {
    /// Both sides hold the same, nothing is there twice, and nothing is lost
    /// without a record.
    pub(super) async fn holds_what_is_true(&self) -> Result<(), String> {
        let store = self.planner.world.store().await;
        let conflicts = store.conflict_list(false).await.unwrap();
        let (tasks, made) = {
            let history = self.history.lock().unwrap();
            (history.tasks.clone(), history.made.clone())
        };
        let mut wrong = Vec::new();
        for task in &tasks {
            wrong.extend(self.pair_is_wrong(task, &conflicts));
        }
        for one in &made {
            if self.is_lost(one, &conflicts) {
                wrong.push(format!("lost without a record: {one:?}"));
            }
        }
        let world = &self.planner.world;
        if !world.google().mails().is_empty() || !world.microsoft().mails().is_empty() {
            wrong.push("somebody was mailed".to_owned());
        }
        let rest: Vec<Value> = self.planner.bodies();
        let rest: Vec<_> = rest
            .into_iter()
            .filter(|body| self.mark(body).is_none())
            .collect();
        if rest != self.own {
            wrong.push("what stands for no task was touched".to_owned());
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(format!("{}\n{}", wrong.join("\n"), self.shown())),
        }
    }

    /// What is wrong with a task and its events.
    fn pair_is_wrong(&self, id: &str, conflicts: &[Conflict]) -> Option<String> {
        let task = self.task(id);
        let events: Vec<_> = self
            .events()
            .iter()
            .filter(|(mark, _)| mark == id)
            .map(|(_, body)| self.planner.seen(body))
            .collect();
        let open = conflicts.iter().find(|conflict| {
            conflict
                .task_id
                .as_ref()
                .is_some_and(|of| of.as_str() == id)
                && conflict.resolution_status == ResolutionStatus::Open
        });
        if events.len() > 1 {
            return Some(format!("{id} has {} events", events.len()));
        }
        let planned = task.as_ref().filter(|task| !task.when.is_empty());
        match (planned, events.first(), open) {
            (Some(task), Some(event), None) if task == event => None,
            (Some(task), Some(event), Some(open)) if open.kind == ConflictKind::Edit => {
                let differs = |field: &Field| field.of(task) != field.of(event);
                let asked = |field: &Field| is_asked(open, *field);
                let mut differing = Field::ALL.iter().filter(|field| differs(field));
                (!differing.all(asked)).then(|| format!("{id} differs beside its question"))
            }
            (None, None, None) => None,
            // A person is asked: one side was edited, the other went.
            (Some(_), None, Some(open)) | (None, Some(_), Some(open))
                if open.kind == ConflictKind::EditDelete =>
            {
                None
            }
            other => Some(format!("{id} is not in step: {other:?}")),
        }
    }

    /// Whether an edit stands nowhere any more, though nobody took it away who
    /// saw it.
    fn is_lost(&self, made: &Made, conflicts: &[Conflict]) -> bool {
        let stands = |seen: &Seen| made.field.of(seen) == made.value;
        let on_record = conflicts.iter().any(|conflict| {
            let sides: Sides<'_> = [&conflict.ours, &conflict.theirs];
            let said = sides.into_iter().flatten();
            said.filter_map(|fields| fields.get(&named(made.field))?.as_ref())
                .any(|said| text(said) == made.value)
        });
        let overwritten = self
            .history
            .lock()
            .unwrap()
            .overwritten
            .contains(&made.value);
        let task = self.task(&made.task);
        let events = self.events();
        let mut events = events
            .iter()
            .filter(|(mark, _)| *mark == made.task)
            .map(|(_, body)| self.planner.seen(body));
        !(overwritten
            || on_record
            || task.is_some_and(|task| stands(&task))
            || events.any(|event| stands(&event)))
    }
}

/// Whether a question is about a field.
fn is_asked(conflict: &Conflict, field: Field) -> bool {
    let fields = conflict.ours.as_ref();
    fields.is_some_and(|fields| fields.contains_key(&named(field)))
}

fn named(field: Field) -> Named {
    match field {
        Field::Title => Named::Title,
        Field::Place => Named::Location,
        Field::Text => Named::Description,
        Field::When => Named::Time,
    }
}

/// A recorded value in the words in which a person sees it.
fn text(said: &Said) -> String {
    use calsync::model::content::Content;
    use calsync::model::time::Zone;
    let time = match said {
        Said::Text(text) => return text.clone(),
        Said::Minutes(minutes) => return minutes.to_string(),
        Said::Days { start, end } => EventTime::AllDay {
            start: *start,
            end: *end,
        },
        Said::Span { start, end, .. } => EventTime::timed(*start, *end, Zone::utc()),
    };
    let content = Content {
        time: Some(time),
        ..Content::default()
    };
    Seen::of(&content).when
}
