//! `GET /me`, calendars, the zones of the mailbox, id translation.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::call::Call;
use super::delta::Tweaks;
use super::errors::ApiError;
use super::item_id::ItemId;
use super::lists::Listing;
use super::mailbox::Calendar;
use super::prefer::Prefer;
use super::render::change_key;
use super::world::World;
use super::zones;

/// Answers `GET /me`.
pub(super) fn me(world: &World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let mailbox = world.mailbox(account)?;
    let body = json!({ "id": mailbox.id, "displayName": mailbox.name, "mail": mailbox.mail,
        "userPrincipalName": account,
        "@odata.context": format!("{}/v1.0/$metadata#users/$entity", world.url) });
    Ok(Answer::json(&selected(body, call), false))
}

/// Answers `GET /me/calendars`.
pub(super) fn list(world: &World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let ids = &world.mailbox(account)?.calendars;
    let all: Vec<&Calendar> = ids
        .iter()
        .filter_map(|id| world.calendars.get(id))
        .collect();
    let listing = Listing {
        call,
        url: &world.url,
        context: "users/calendars",
        top: call
            .number("$top", 1..=1000)?
            .unwrap_or(world.behaviour.default_page_size),
        skip: call.number("$skip", 0..=usize::MAX)?.unwrap_or(0),
    };
    let show = |calendar: &&Calendar| selected(shown(world, calendar), call);
    Ok(listing.answer(&all, show, &Prefer::default(), &Tweaks::default()))
}

/// Answers `GET /me/calendars/{id}` and `GET /me/calendar`.
pub(super) fn get(world: &World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let calendar = world.calendar(account, &call.route.calendar)?;
    Ok(Answer::json(&entity(world, call, calendar), false))
}

/// Answers `POST /me/calendars`.
pub(super) fn create(world: &mut World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let body = call.object()?;
    let name = body.get("name").and_then(Value::as_str);
    let name = name.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| ApiError::invalid("The calendar has no name."))?;
    let taken = world
        .calendars
        .values()
        .any(|one| one.account == account && one.name == name);
    if taken {
        let message = "A folder with the specified name already exists.";
        return Err(ApiError::new(409, "ErrorFolderExists", message));
    }
    let id = world.add_calendar(account, name);
    let calendar = world.calendar(account, &id)?;
    let body = entity(world, call, calendar);
    Ok(Answer {
        status: 201,
        ..Answer::json(&body, false)
    })
}

/// Answers `GET /me/outlook/supportedTimeZones`, in both ways of naming.
pub(super) fn time_zones(call: &Call) -> Result<Answer, ApiError> {
    let asked = call.route.event.trim_start_matches("supportedTimeZones");
    let names: Vec<&str> = match asked {
        "" | "()" => zones::windows_names().collect(),
        "(TimeZoneStandard='iana')"
        | "(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')" => {
            zones::iana_names().collect()
        }
        _ => {
            return Err(ApiError::bad_request(
                "The time zone standard is not known.",
            ));
        }
    };
    let all: Vec<Value> = names
        .iter()
        .map(|name| json!({ "alias": name, "displayName": name }))
        .collect();
    Ok(Answer::json(&json!({ "value": all }), false))
}

/// Answers `POST /me/translateExchangeIds`: default to immutable and back.
pub(super) fn translate_ids(world: &World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let body = call.object()?;
    let ids = body.get("inputIds").and_then(Value::as_array);
    let ids = ids.filter(|ids| ids.len() <= 1000);
    let ids = ids.ok_or_else(|| ApiError::bad_request("inputIds is not valid."))?;
    let immutable = body
        .get("targetIdType")
        .is_some_and(|kind| kind == "restImmutableEntryId");
    let translated = ids.iter().filter_map(Value::as_str).map(|id| {
        match target(world, account, id, immutable) {
            Some(target) => json!({ "sourceId": id, "targetId": target }),
            None => json!({ "sourceId": id, "errorDetails": { "code": "ErrorInvalidIdMalformed", "message": "Id is malformed." } }),
        }
    });
    Ok(Answer::json(
        &json!({ "value": translated.collect::<Vec<_>>() }),
        false,
    ))
}

fn target(world: &World, account: &str, id: &str, immutable: bool) -> Option<String> {
    let found = world.resolve(account, id).ok()?;
    let (calendar, _) = world.kept(found).ok()?;
    let folder = (!immutable).then_some(calendar.number);
    Some(
        ItemId {
            folder,
            ..ItemId::decode(id)?
        }
        .encode(),
    )
}

fn entity(world: &World, call: &Call, calendar: &Calendar) -> Value {
    let mut body = selected(shown(world, calendar), call);
    body["@odata.context"] = json!(format!(
        "{}/v1.0/$metadata#users/calendars/$entity",
        world.url
    ));
    body
}

fn shown(world: &World, calendar: &Calendar) -> Value {
    let mailbox = world.mailboxes.get(&calendar.account);
    let default = mailbox.and_then(|mailbox| mailbox.calendars.first()) == Some(&calendar.id);
    let own = calendar.owner == calendar.account;
    let name = match mailbox {
        Some(mailbox) if own => mailbox.name.as_str(),
        _ => calendar.owner.split('@').next().unwrap_or_default(),
    };
    json!({ "id": calendar.id, "name": calendar.name, "color": calendar.color, "hexColor": calendar.hex_color,
        "isDefaultCalendar": default, "changeKey": change_key(calendar.version),
        "canShare": own, "canViewPrivateItems": true, "canEdit": calendar.can_edit,
        "isTallyingResponses": default, "isRemovable": !default,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"], "defaultOnlineMeetingProvider": "teamsForBusiness",
        "owner": { "name": name, "address": calendar.owner } })
}

/// The members that `$select` names.
pub(super) fn selected(mut value: Value, call: &Call) -> Value {
    if let (Some(names), Value::Object(all)) = (call.param("$select"), &mut value) {
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        all.retain(|name, _| {
            name == "id" || name.starts_with('@') || names.contains(&name.as_str())
        });
    }
    value
}
