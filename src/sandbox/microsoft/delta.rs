//! `calendarView/delta`: rounds, pages, links.

use axum::http::header::HeaderName;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::call::Call;
use super::entry::Entry;
use super::errors::ApiError;
use super::faults::Effect;
use super::item::Window;
use super::mailbox::Calendar;
use super::prefer::Prefer;
use super::render::Style;
use super::round::{self, Round};
use super::token::{Place, Token};
use super::token_loss;
use super::world::World;

/// The largest page.
const MAX_PAGE: usize = 1000;

/// What faults do to a listing.
#[derive(Clone, Debug, Default)]
pub(super) struct Tweaks {
    pub(super) empty: bool,
    pub(super) repeat: bool,
    pub(super) no_delta_link: bool,
    pub(super) base: Option<String>,
}

impl Tweaks {
    /// The tweaks among the effects of a request's faults.
    pub(super) fn of(effects: &[Effect]) -> Self {
        let mut tweaks = Self::default();
        for effect in effects {
            match effect {
                Effect::EmptyList => tweaks.empty = true,
                Effect::RepeatPage => tweaks.repeat = true,
                Effect::NoSyncToken => tweaks.no_delta_link = true,
                Effect::ForeignLinks(base) => tweaks.base = Some(base.clone()),
                _ => {}
            }
        }
        tweaks
    }
}

/// A page of a round that is asked for.
struct Page {
    round: u32,
    page: usize,
    offset: usize,
}

/// Answers a call of `calendarView/delta`.
pub(super) fn answer(
    world: &mut World,
    call: &Call,
    calendar: &str,
    account: &str,
    tweaks: &Tweaks,
) -> Result<Answer, ApiError> {
    refuse_options(call)?;
    let prefer = call.prefer()?;
    world.calendar(account, calendar)?;
    let text = call.param("$skiptoken").or(call.param("$deltatoken"));
    let (since, window) = match text.filter(|text| !text.is_empty()) {
        None => (None, call.window()?),
        Some(text) => match enter(world, call, calendar, text)? {
            Entered::Lost(window) => return Ok(lost(world, call, window)),
            Entered::Page(page) => {
                return page_answer(world, call, calendar, &page, &prefer, tweaks);
            }
            Entered::Round { since, window } => (Some(since), window),
        },
    };
    let behaviour = &world.behaviour;
    let kept = world.calendars.get_mut(calendar);
    let kept = kept.ok_or_else(ApiError::item_not_found)?;
    let page = Page {
        round: round::begin(kept, since, window, behaviour),
        page: 1,
        offset: 0,
    };
    page_answer(world, call, calendar, &page, &prefer, tweaks)
}

/// What a token leads to.
enum Entered {
    Lost(Option<Window>),
    Page(Page),
    Round { since: u64, window: Window },
}

fn enter(world: &World, call: &Call, calendar: &str, text: &str) -> Result<Entered, ApiError> {
    let dated = call.param("startDateTime").or(call.param("endDateTime"));
    if dated.is_some() && world.behaviour.refuse_dates_with_token {
        return Err(ApiError::bad_request(
            "The dates are part of the token and must not be repeated.",
        ));
    }
    let kept = world.calendars.get(calendar);
    let kept = kept.ok_or_else(ApiError::item_not_found)?;
    let token = Token::decode(text)
        .filter(|token| token.calendar == kept.number)
        .ok_or_else(|| ApiError::bad_request("Badly formed token."))?;
    let live = token.generation == kept.generation;
    Ok(match token.place {
        Place::Delta { since, window } if live => Entered::Round { since, window },
        Place::Delta { window, .. } => Entered::Lost(Some(window)),
        Place::Skip {
            round,
            page,
            offset,
        } => match kept.rounds.get(&round) {
            Some(begun) if live && page_lives(begun, page, world) => Entered::Page(Page {
                round,
                page,
                offset,
            }),
            begun => Entered::Lost(begun.map(|begun| begun.window)),
        },
    })
}

/// A page may be fetched again until the one behind it was.
fn page_lives(round: &Round, page: usize, world: &World) -> bool {
    page >= round.served || !world.behaviour.old_skip_tokens_die
}

fn lost(world: &World, call: &Call, window: Option<Window>) -> Answer {
    let url = format!("{}{}", world.url, call.path);
    token_loss::answer(world.behaviour.token_loss, &url, window)
}

fn refuse_options(call: &Call) -> Result<(), ApiError> {
    let options = ["$select", "$expand", "$filter", "$orderby", "$search"];
    match options.iter().find(|name| call.param(name).is_some()) {
        Some(name) => Err(ApiError::new(
            400,
            "ErrorInvalidUrlQueryFilter",
            &format!("The query parameter {name} is not supported for change tracking."),
        )),
        None => Ok(()),
    }
}

fn page_answer(
    world: &mut World,
    call: &Call,
    id: &str,
    page: &Page,
    prefer: &Prefer,
    tweaks: &Tweaks,
) -> Result<Answer, ApiError> {
    let (shown, next) = cut(world, id, page, prefer, tweaks)?;
    let calendar = world.calendars.get(id);
    let calendar = calendar.ok_or_else(ApiError::item_not_found)?;
    let style = Style::new(world, calendar, prefer);
    let value: Vec<Value> = shown.iter().map(|entry| style.delta_entry(entry)).collect();
    let mut body = json!({ "value": value,
        "@odata.context": format!("{}/v1.0/$metadata#Collection(event)", world.url) });
    if let Some((name, token)) = link(calendar, page, next, tweaks) {
        let base = tweaks.base.as_deref().unwrap_or(&world.url);
        body[name] = json!(format!("{base}{}?{token}", call.path));
    }
    let mut applied = prefer.applied.clone();
    applied.push("odata.track-changes".to_owned());
    Ok(confirmed(Answer::json(&body, false), &applied))
}

/// The entries of a page, and the page behind it if there is one.
fn cut(
    world: &mut World,
    id: &str,
    page: &Page,
    prefer: &Prefer,
    tweaks: &Tweaks,
) -> Result<(Vec<Entry>, Option<Page>), ApiError> {
    let preferred = prefer
        .page_size
        .unwrap_or(world.behaviour.default_page_size);
    let every = world.behaviour.empty_every.filter(|n| *n > 1);
    let size = match every.is_some_and(|n| page.page.is_multiple_of(n)) {
        true => 0,
        false => preferred.clamp(1, MAX_PAGE),
    };
    let kept = world.calendars.get_mut(id);
    let round = kept.and_then(|kept| kept.rounds.get_mut(&page.round));
    let round = round.ok_or_else(ApiError::item_not_found)?;
    round.served = page.page;
    if tweaks.empty {
        return Ok((Vec::new(), None));
    }
    let shown = round.entries.iter().skip(page.offset).take(size);
    let next = Page {
        round: page.round,
        page: page.page + 1,
        offset: page.offset + size,
    };
    let more = next.offset < round.entries.len();
    Ok((shown.copied().collect(), more.then_some(next)))
}

/// Where a page leads: its link's name and token.
fn link(
    calendar: &Calendar,
    page: &Page,
    next: Option<Page>,
    tweaks: &Tweaks,
) -> Option<(&'static str, String)> {
    match (tweaks.repeat, next) {
        (true, _) => Some(("@odata.nextLink", skip(calendar, page))),
        (false, Some(next)) => Some(("@odata.nextLink", skip(calendar, &next))),
        (false, None) if tweaks.no_delta_link => None,
        (false, None) => {
            let round = calendar.rounds.get(&page.round)?;
            Some(("@odata.deltaLink", delta(calendar, round)))
        }
    }
}

fn skip(calendar: &Calendar, page: &Page) -> String {
    let place = Place::Skip {
        round: page.round,
        page: page.page,
        offset: page.offset,
    };
    format!("$skiptoken={}", token(calendar, place))
}

fn delta(calendar: &Calendar, round: &Round) -> String {
    let place = Place::Delta {
        since: round.head,
        window: round.window,
    };
    format!("$deltatoken={}", token(calendar, place))
}

fn token(calendar: &Calendar, place: Place) -> String {
    let (calendar, generation) = (calendar.number, calendar.generation);
    Token {
        calendar,
        generation,
        place,
    }
    .encode()
}

/// Says which preferences counted.
pub(super) fn confirmed(answer: Answer, applied: &[String]) -> Answer {
    match applied {
        [] => answer,
        all => answer.with(
            HeaderName::from_static("preference-applied"),
            all.join(", "),
        ),
    }
}
