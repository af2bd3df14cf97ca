//! A file that is replaced as a whole: who reads it finds the page before or
//! the new one.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Replaces a file, with the rights that the umask leaves.
pub(super) fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    swap(path, text).with_context(|| {
        let path = path.display();
        format!(
            "cannot write the page {path}: does its directory exist, and may this user write it"
        )
    })
}

fn swap(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft(path)?;
    let replaced = create(&draft, text).and_then(|()| fs::rename(&draft, path));
    if replaced.is_err() {
        fs::remove_file(&draft).ok();
    }
    replaced
}

/// Beside the file, so that it can take its place; a name that no other process
/// uses at the same time, and that web servers do not show.
fn draft(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut draft = OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}.new", std::process::id()));
    Ok(path.with_file_name(draft))
}

/// A draft that is there was left by a process that died.
fn create(path: &Path, text: &str) -> io::Result<()> {
    fs::remove_file(path).ok();
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_replaced_as_a_whole_and_leaves_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let page = dir.path().join("page.html");
        for text in ["a longer one", "new"] {
            replace(&page, text).unwrap();
            assert_eq!(fs::read_to_string(&page).unwrap(), format!("{text}\n"));
        }
        fs::create_dir(dir.path().join("taken")).unwrap();
        assert!(replace(&dir.path().join("taken"), "new").is_err());
        assert!(replace(&dir.path().join("none/page.html"), "new").is_err());
        assert!(replace(Path::new("/"), "new").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
