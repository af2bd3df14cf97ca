//! Where a configuration comes from, and the directories it falls back to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::ConfigError;

const SYSTEM_FILE: &str = "/etc/calsync/config.toml";

/// What a configuration is read from: the arguments and the environment, taken
/// from the process once, at the edge.
#[derive(Clone, Default)]
pub struct Sources {
    /// The `--config` argument.
    pub config_arg: Option<PathBuf>,
    /// The environment.
    pub env: BTreeMap<String, String>,
}

impl Sources {
    /// The sources of this process. Variables that are not UTF-8 are left out.
    pub fn from_process(config_arg: Option<PathBuf>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            config_arg,
            env: std::env::vars_os().filter_map(text).collect(),
        }
    }

    /// The sources of a command that needs no configuration: the defaults,
    /// whatever this machine holds. The state directory is never looked at.
    pub fn untouched() -> Self {
        let nowhere = ("STATE_DIRECTORY".to_owned(), "/nonexistent".to_owned());
        Self {
            config_arg: None,
            env: BTreeMap::from([nowhere]),
        }
    }

    /// A variable; an empty one counts as unset.
    pub(super) fn var(&self, name: &str) -> Option<&str> {
        self.env
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The first file there is, with its text; `None` = defaults.
    pub(super) fn file(&self) -> Result<Option<(PathBuf, String)>, ConfigError> {
        let named = self
            .config_arg
            .clone()
            .or_else(|| self.var("CALSYNC_CONFIG").map(PathBuf::from));
        if let Some(file) = named {
            return read_named(file).map(Some);
        }
        for file in self.usual_files() {
            match std::fs::read_to_string(&file) {
                Ok(text) => return Ok(Some((file, text))),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => {
                    return Err(ConfigError::unreadable(
                        &file,
                        &e,
                        "name another file with --config",
                    ));
                }
            }
        }
        Ok(None)
    }

    fn usual_files(&self) -> Vec<PathBuf> {
        let own = self
            .base("XDG_CONFIG_HOME", ".config")
            .map(|dir| dir.join("calsync/config.toml"));
        own.into_iter()
            .chain([PathBuf::from(SYSTEM_FILE)])
            .collect()
    }

    /// The directory that calsync keeps its state in.
    pub(super) fn state_dir(&self) -> Option<PathBuf> {
        let given = self
            .var("STATE_DIRECTORY")
            .and_then(|list| list.split(':').next());
        given.map(PathBuf::from).or_else(|| {
            self.base("XDG_STATE_HOME", ".local/state")
                .map(|dir| dir.join("calsync"))
        })
    }

    /// An XDG base directory. The specification has relative ones ignored.
    fn base(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let absolute = |name| {
            self.var(name)
                .map(Path::new)
                .filter(|dir| dir.is_absolute())
        };
        absolute(variable)
            .map(Path::to_path_buf)
            .or_else(|| Some(absolute("HOME")?.join(below_home)))
    }
}

fn read_named(file: PathBuf) -> Result<(PathBuf, String), ConfigError> {
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok((file, text)),
        Err(e) => {
            let way_out = "it was named by --config or CALSYNC_CONFIG: create it, or leave both out to use defaults";
            Err(ConfigError::unreadable(&file, &e, way_out))
        }
    }
}

// The environment may hold secrets.
impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources")
            .field("config_arg", &self.config_arg)
            .finish_non_exhaustive()
    }
}
