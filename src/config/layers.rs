//! Lays the layers over each other: `API_BASE_URL`, the file, the environment.
//!
//! The `config` crate does the laying. It would report a mistake without the
//! place it was made in, so the names are checked here first, layer by layer,
//! and each value of the file carries its line as its origin.

use std::collections::BTreeMap;
use std::path::Path;

use config::{Environment, Map, Source, Value, ValueKind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::excerpt::{excerpt, line_of};
use super::schema::{self, Section};
use super::sources::Sources;

/// Sections by name, each a table of values that know their origin.
pub(super) type Layers = Map<String, Value>;

const PREFIX: &str = "CALSYNC__";

/// All layers as one. Every name in it is known.
pub(super) fn layers(
    sources: &Sources,
    file: Option<&(std::path::PathBuf, String)>,
) -> Result<Layers, ConfigError> {
    let mut builder = config::Config::builder().add_source(base_url(sources));
    if let Some((path, text)) = file {
        builder = builder.add_source(file_layer(path, text)?);
    }
    let all = builder
        .add_source(env_layer(&sources.env)?)
        .build()
        .and_then(|built| built.collect());
    all.map_err(|e| ConfigError::other(format!("the configuration cannot be put together: {e}")))
}

/// The name of the variable that sets a key.
pub(super) fn variable(section: &str, key: &str) -> String {
    format!("{PREFIX}{section}__{key}").to_uppercase()
}

#[derive(Clone, Debug, Default)]
struct Layer(Map<String, Value>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}

/// The application's own variable, read where ours is not set.
fn base_url(sources: &Sources) -> Layer {
    let value = |url: &str| Value::new(Some(&"API_BASE_URL".to_owned()), url);
    let entry = sources
        .var("API_BASE_URL")
        .map(|url| ("webhooks.public_url".to_owned(), value(url)));
    Layer(entry.into_iter().collect())
}

fn env_layer(env: &BTreeMap<String, String>) -> Result<Environment, ConfigError> {
    for name in env
        .keys()
        .filter(|name| name.to_uppercase().starts_with(PREFIX))
    {
        check_variable(name)?;
    }
    let ours = env
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Ok(Environment::with_prefix("CALSYNC")
        .prefix_separator("__")
        .separator("__")
        .ignore_empty(true)
        .source(Some(ours)))
}

fn check_variable(name: &str) -> Result<(), ConfigError> {
    let lower = name.to_lowercase();
    let path = &lower[PREFIX.len()..];
    let (section, key) = path.split_once("__").unwrap_or((path, ""));
    known_key(name, known_section(name, section)?, key)
}

fn known_section(place: &str, name: &str) -> Result<&'static Section, ConfigError> {
    schema::section(name).ok_or_else(|| ConfigError::unknown_section(place, name))
}

fn known_key(place: &str, section: &Section, key: &str) -> Result<(), ConfigError> {
    match section.keys().any(|known| known == key) {
        true => Ok(()),
        false => Err(ConfigError::unknown_key(place, section, key)),
    }
}

/// The file's values, each with the place it stands in.
fn file_layer(path: &Path, text: &str) -> Result<Layer, ConfigError> {
    let at = |offset: usize| format!("{}, line {}", path.display(), line_of(text, offset));
    let table = DeTable::parse(text).map_err(|e| {
        let offset = e.span().map_or(0, |span| span.start);
        ConfigError::syntax(&at(offset), e.message(), &excerpt(text, offset))
    })?;
    let mut layer = Layer::default();
    for (name, value) in table.into_inner() {
        let place = at(name.span().start);
        let section = known_section(&place, name.get_ref())?;
        add_section(&mut layer, section, &place, value.into_inner(), &at)?;
    }
    Ok(layer)
}

fn add_section(
    layer: &mut Layer,
    section: &Section,
    place: &str,
    value: DeValue<'_>,
    at: &impl Fn(usize) -> String,
) -> Result<(), ConfigError> {
    let DeValue::Table(table) = value else {
        let expected = format!(
            "a section, which begins with a line of its own: [{}]",
            section.name
        );
        return Err(ConfigError::value(
            place,
            section.name,
            "a value",
            &expected,
        ));
    };
    for (key, value) in table {
        let place = at(key.span().start);
        known_key(&place, section, key.get_ref())?;
        layer.0.insert(
            format!("{}.{}", section.name, key.get_ref()),
            convert(&value, &place),
        );
    }
    Ok(())
}

fn convert(value: &Spanned<DeValue<'_>>, place: &String) -> Value {
    Value::new(
        Some(place),
        match value.get_ref() {
            DeValue::String(text) => ValueKind::String(text.to_string()),
            DeValue::Integer(n) => whole(n),
            DeValue::Float(n) => n
                .as_str()
                .parse()
                .map_or_else(|_| ValueKind::String(n.to_string()), ValueKind::Float),
            DeValue::Boolean(yes) => ValueKind::Boolean(*yes),
            DeValue::Datetime(time) => ValueKind::String(time.to_string()),
            DeValue::Array(list) => {
                ValueKind::Array(list.iter().map(|item| convert(item, place)).collect())
            }
            // No key takes a table, and the crate would merge one away together
            // with its origin.
            DeValue::Table(_) => ValueKind::Nil,
        },
    )
}

/// A whole number; one too large for 64 bits stays text, for the message.
fn whole(n: &toml::de::DeInteger<'_>) -> ValueKind {
    i64::from_str_radix(n.as_str(), n.radix())
        .map_or_else(|_| ValueKind::String(n.to_string()), ValueKind::I64)
}
