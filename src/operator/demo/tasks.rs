//! The other direction: a task becomes an event, edits on both sides merge, and
//! a person settles what nobody else can.

use std::path::Path;

use anyhow::Context as _;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::edits::Day;
use super::story::say;
use super::world::{GUEST_EMAIL, World};
use super::{Output, cycle};
use crate::context::Context;
use crate::jobs::AutoSync;
use crate::model::content::Content;
use crate::model::id::TaskId;
use crate::model::preferences::{ConflictStrategy, PreferencesChange};
use crate::model::run::JobRun;
use crate::model::task::Task;
use crate::model::time::EventTime;
use crate::sync::{Keep, Resolved};

/// The task of the demo.
const TASK: &str = "t-1";

/// Plans, edits and settles; the cycles.
pub(super) async fn show(
    cx: &Context,
    out: Output,
    world: &World,
    dir: &Path,
) -> anyhow::Result<Vec<JobRun>> {
    let sync = AutoSync {
        users: vec![world.user.id.clone()],
        force: true,
        ..AutoSync::default()
    };
    let at = |minutes| world.context(cx, dir, TimeDelta::minutes(minutes));
    let first = at(20)?;
    allow(&first, world).await?;
    write(&first, world, "Write the report").await?;
    let title = "\nThe application plans a task, \"Write the report\". It becomes an event:";
    let mut cycles = vec![cycle(&sync, &first, out, title).await?];

    let second = at(30)?;
    write(&second, world, "Write the yearly report").await?;
    edit(world, "Write the report", &json!({ "location": "Library" }))?;
    let title = "\nIt gets a longer title in the application and a place at Google. Both are kept:";
    cycles.push(cycle(&sync, &second, out, title).await?);
    say(out, &both(&second, world).await?)?;

    let third = at(40)?;
    write(&third, world, "Finish the yearly report").await?;
    let other = json!({ "summary": "Discuss the yearly report" });
    edit(world, "Write the yearly report", &other)?;
    let title = "\nThen both sides give it another title, and a person is asked:";
    cycles.push(cycle(&sync, &third, out, title).await?);
    say(out, &both(&third, world).await?)?;

    let fourth = at(50)?;
    settle(&fourth).await?;
    let title = "\nThe person keeps the task's (`calsync conflicts resolve ID --keep task`):";
    cycles.push(cycle(&sync, &fourth, out, title).await?);
    say(out, &both(&fourth, world).await?)?;
    Ok(cycles)
}

/// The user lets the calendar at Google be written, and wants to be asked.
async fn allow(cx: &Context, world: &World) -> anyhow::Result<()> {
    let store = cx.store().await?;
    let change = PreferencesChange {
        write_enabled: Some(true),
        conflict_strategy: Some(ConflictStrategy::Manual),
        ..PreferencesChange::default()
    };
    store.preferences_change(&world.user.id, change).await?;
    let calendars = store.calendar_list(Some(&world.user.id)).await?;
    let mut calendars = calendars.iter();
    let google = calendars.find(|calendar| calendar.external_id.as_str() == GUEST_EMAIL);
    let google = google.context("the demo's calendar at Google was not found")?;
    store.calendar_set_primary_write(&google.id).await?;
    Ok(())
}

/// The application writes its task.
async fn write(cx: &Context, world: &World, title: &str) -> anyhow::Result<()> {
    let day = Day::of(&world.user, world.now);
    let (start, end) = (day.at(1, 14).parse()?, day.at(1, 15).parse()?);
    let known = cx.store().await?.task_list(Some(&world.user.id)).await?;
    let location = known.into_iter().find_map(|task| task.content.location);
    let task = Task {
        id: TaskId::new(TASK),
        user_id: world.user.id.clone(),
        content: Content {
            title: Some(title.to_owned()),
            time: Some(EventTime::timed(start, end, world.user.timezone.clone())),
            location,
            ..Content::default()
        },
        timezone: None,
        status: "open".to_owned(),
        updated_at: cx.now(),
        deleted_at: None,
    };
    Ok(cx.store().await?.task_upsert(vec![task]).await?)
}

/// Somebody edits the event of a title at Google.
fn edit(world: &World, title: &str, patch: &Value) -> anyhow::Result<()> {
    let google = &world.sandbox.google;
    let found = event(world, |event| event["summary"] == title);
    let found = found.context("the event is not there")?;
    let id = found["id"].as_str().unwrap_or_default();
    anyhow::ensure!(
        google.edit_event(GUEST_EMAIL, id, patch.clone()),
        "the event is gone"
    );
    Ok(())
}

/// What both sides say, in words.
async fn both(cx: &Context, world: &World) -> anyhow::Result<String> {
    let tasks = cx.store().await?.task_list(Some(&world.user.id)).await?;
    let of = |title: Option<&str>, place: Option<&str>| {
        let place = place.map_or(String::new(), |place| format!(", {place}"));
        format!("{:?}{place}", title.unwrap_or("-"))
    };
    let task = tasks.first().map(|task| {
        let content = &task.content;
        of(content.title.as_deref(), content.location.as_deref())
    });
    let report = |event: &Value| {
        let title = event["summary"].as_str().unwrap_or_default();
        title.contains("report")
    };
    let event =
        event(world, report).map(|event| of(event["summary"].as_str(), event["location"].as_str()));
    let none = || "none".to_owned();
    Ok(format!(
        "  the task says  {}\n  the event says {}",
        task.unwrap_or_else(none),
        event.unwrap_or_else(none)
    ))
}

/// Settles the open question in favour of the task.
async fn settle(cx: &Context) -> anyhow::Result<()> {
    let open = cx.store().await?.conflict_list(true).await?;
    let question = open.first().context("the demo's conflict was not found")?;
    let sync = cx.sync("demo").await?;
    let resolved = sync.resolve(question, Some(Keep::Task)).await?;
    sync.close().await;
    anyhow::ensure!(
        resolved == Resolved::Settled,
        "the conflict was not settled"
    );
    Ok(())
}

fn event(world: &World, is_it: impl Fn(&Value) -> bool) -> Option<Value> {
    let mut events = world.sandbox.google.events(GUEST_EMAIL).into_iter();
    events.find(is_it)
}
