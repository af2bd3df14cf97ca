//! `events.watch` and `channels.stop` (contract 6.1 and 6.5).

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::push::Post;
use super::call::Call;
use super::channel::Channel;
use super::errors::ApiError;
use super::fields::Selector;
use super::filter;
use super::notice::Notice;
use super::token::digest;
use super::wish::{Wish, text};
use super::world::World;

/// The parameters that `watch` may carry: one of the listing's, and those of
/// every method.
const PARAMS: [&str; 6] = [
    "eventTypes",
    "alt",
    "fields",
    "key",
    "prettyPrint",
    "quotaUser",
];

/// Opens a channel: the answer, and the greeting that must arrive before it.
pub(super) fn open(
    world: &mut World,
    call: &Call,
    account: &str,
    calendar: &str,
) -> Result<(Answer, Post), ApiError> {
    world.role(account, calendar)?;
    check_params(call)?;
    let fields = Selector::parse_or_all(call.param("fields"))?;
    let pretty = call.flag("prettyPrint")?.unwrap_or(true);
    let types = filter::types(call)?;
    let wish = Wish::read(call.object()?, world.clock.now(), &world.behaviour)?;
    if world.calendar(calendar)?.unwatchable {
        return Err(ApiError::push_not_supported());
    }
    if world.channels.is_used(&wish.id) {
        return Err(ApiError::channel_not_unique(&wish.id));
    }
    let mut channel = Channel {
        id: wish.id,
        account: account.to_owned(),
        calendar: calendar.to_owned(),
        resource_id: resource_id(calendar),
        resource_uri: resource_uri(world, calendar),
        address: wish.address,
        token: wish.token,
        expires: wish.expires,
        types,
        number: 0,
    };
    let hello = Notice::hello(&mut channel).post(world.retry());
    let answer = Answer::json(&fields.apply(shown(&channel)), pretty);
    world.channels.open(channel);
    Ok((answer, hello))
}

/// Answers `channels.stop`: only who opened a channel may stop it.
pub(super) fn stop(world: &mut World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let body = call.object()?;
    let missing = |name: &str| ApiError::required(&format!("Required: {name}"));
    let id = text(&body, "id")?.ok_or_else(|| missing("id"))?;
    let resource = text(&body, "resourceId")?.ok_or_else(|| missing("resourceId"))?;
    let now = world.clock.now();
    let channel = world.channels.find(id, now);
    let own =
        channel.filter(|channel| channel.account == account && channel.resource_id == resource);
    own.ok_or_else(|| ApiError::channel_not_found(id))?;
    world.channels.end(id);
    Ok(Answer::empty(204))
}

fn check_params(call: &Call) -> Result<(), ApiError> {
    let mut params = call.params.iter();
    match params.find(|(name, _)| !PARAMS.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => {
            let message = format!("A channel cannot be narrowed by {name}.");
            Err(ApiError::invalid(name, &message))
        }
    }
}

fn shown(channel: &Channel) -> Value {
    let mut shown = json!({ "kind": "api#channel", "id": channel.id, "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri,
        "expiration": channel.expires.timestamp_millis().to_string() });
    if let Some(token) = &channel.token {
        shown["token"] = json!(token);
    }
    shown
}

fn resource_id(calendar: &str) -> String {
    format!("o{:016x}{:016x}", digest(calendar), digest((calendar, 1)))
}

fn resource_uri(world: &World, calendar: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(calendar.as_bytes()).collect();
    format!(
        "{}/calendar/v3/calendars/{encoded}/events?alt=json",
        world.url
    )
}
