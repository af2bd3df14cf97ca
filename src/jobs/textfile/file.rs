//! A file that is replaced as a whole.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The collector is another user.
const MODE: u32 = 0o644;

/// Replaces a file by what follows from the text in it. Whoever reads it finds
/// the one or the other; of several who replace it none undoes what another
/// did.
pub(super) fn replace(
    dir: &Path,
    name: &str,
    change: impl FnOnce(&str) -> String,
) -> io::Result<()> {
    let one_at_a_time = File::open(dir)?;
    one_at_a_time.lock()?;
    let path = dir.join(name);
    let before = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        before => before?,
    };
    // The collector reads what ends in `.prom`.
    let draft = dir.join(format!(".{name}.new"));
    let text = change(&String::from_utf8_lossy(&before));
    let replaced = create(&draft, &text).and_then(|()| fs::rename(&draft, &path));
    if replaced.is_err() {
        fs::remove_file(&draft).ok();
    }
    replaced
}

/// A draft that is there was left by a process that died.
fn create(path: &Path, text: &str) -> io::Result<()> {
    fs::remove_file(path).ok();
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_and_replaced_and_a_draft_left_over_is_no_obstacle() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(".a.prom.new"), "left over").unwrap();
        for (before, after) in [("", "one"), ("one", "two")] {
            replace(dir.path(), "a.prom", |text| {
                assert_eq!(text, before);
                after.to_owned()
            })
            .unwrap();
        }
        let files: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(files.len(), 1);
        let path = dir.path().join("a.prom");
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, MODE);
    }

    #[test]
    fn what_cannot_be_replaced_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a.prom")).unwrap();
        assert!(replace(dir.path(), "a.prom", |_| String::new()).is_err());
        assert!(replace(&dir.path().join("none"), "a.prom", |_| String::new()).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_several_who_replace_a_file_none_undoes_what_another_did() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    let longer = |text: &str| format!("{text}x");
                    replace(dir.path(), "a.prom", longer).unwrap();
                });
            }
        });
        let text = fs::read_to_string(dir.path().join("a.prom")).unwrap();
        assert_eq!(text, "xxxxxxxx");
    }
}
