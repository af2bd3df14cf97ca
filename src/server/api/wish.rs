//! What a schedule says. Whatever is not understood is refused, so that nobody
//! believes that it holds.

use clap::ValueEnum;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::model::id::UserId;
use crate::model::preferences::{ConflictStrategy, PreferencesChange};

/// A change of somebody's preferences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// For whom, if it says.
    pub(super) user_id: Option<UserId>,
    /// What is to change.
    pub(super) change: PreferencesChange,
}

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Wish, Refusal> {
    let members = serde_json::from_slice::<Map<String, Value>>(body);
    let mut wish = Wish::default();
    for (name, value) in &members.map_err(|_| Refusal::NotJson)? {
        wish.take(name, value)?;
    }
    if wish.change == PreferencesChange::default() {
        return Err(Refusal::NothingNamed);
    }
    Ok(wish)
}

impl Wish {
    fn take(&mut self, name: &str, value: &Value) -> Result<(), Refusal> {
        let change = &mut self.change;
        match name {
            "user_id" => self.user_id = Some(user(value)?),
            "auto_sync_enabled" => {
                change.auto_sync_enabled = Some(flag("auto_sync_enabled", value)?);
            }
            "write_enabled" => change.write_enabled = Some(flag("write_enabled", value)?),
            "sync_frequency_minutes" => change.sync_frequency_minutes = Some(minutes(value)?),
            "conflict_strategy" => change.conflict_strategy = Some(strategy(value)?),
            _ => return Err(Refusal::UnknownMember),
        }
        Ok(())
    }
}

fn user(value: &Value) -> Result<UserId, Refusal> {
    let user = value.as_str().and_then(|text| text.parse().ok());
    let expected = "1 to 40 characters of A-Z a-z 0-9 _ -";
    user.ok_or_else(|| Refusal::value("user_id", expected))
}

fn flag(field: &'static str, value: &Value) -> Result<bool, Refusal> {
    let flag = value.as_bool();
    flag.ok_or_else(|| Refusal::value(field, "true or false"))
}

fn minutes(value: &Value) -> Result<u32, Refusal> {
    let bounds = PreferencesChange::SYNC_FREQUENCY_MINUTES;
    let minutes = value.as_u64().and_then(|number| u32::try_from(number).ok());
    let minutes = minutes.filter(|number| bounds.contains(number));
    let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
    minutes.ok_or_else(|| Refusal::value("sync_frequency_minutes", expected))
}

fn strategy(value: &Value) -> Result<ConflictStrategy, Refusal> {
    let strategy = value
        .as_str()
        .and_then(|text| ConflictStrategy::from_str(text, false).ok());
    strategy.ok_or_else(|| {
        let known = ConflictStrategy::value_variants().iter();
        let names = known.filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = names.map(|name| name.get_name().to_owned()).collect();
        Refusal::value("conflict_strategy", format!("one of {}", names.join(", ")))
    })
}
