//! Literal cases: a file's text and variables -> a value, or the whole message.

use std::path::Path;

use super::{Config, Sources};

mod refusals;
mod secrets;
mod values;

/// A directory with a configuration file, and an environment.
struct Given {
    dir: tempfile::TempDir,
    sources: Sources,
}

/// A file of this text, named by `--config`; no environment but a state
/// directory.
fn file(text: &str) -> Given {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.toml");
    std::fs::write(&path, text).unwrap();
    let mut sources = Sources {
        config_arg: Some(path),
        ..Sources::default()
    };
    sources
        .env
        .insert("STATE_DIRECTORY".into(), "/state".into());
    Given { dir, sources }
}

impl Given {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.sources.env.insert(name.into(), value.into());
        self
    }

    fn holding(self, name: &str, content: &str) -> Self {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        chmod(&path, 0o600);
        self
    }

    fn load(&self) -> Config {
        Config::load(&self.sources).unwrap()
    }

    /// The message, with `DIR` for the temporary directory.
    fn refused(&self) -> String {
        let message = Config::load(&self.sources).unwrap_err().to_string();
        message.replace(&self.dir.path().display().to_string(), "DIR")
    }
}

fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
