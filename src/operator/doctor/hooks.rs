//! Programs of the operator's.

use std::env;
use std::path::{Path, PathBuf};

use super::check::Check;
use super::machine::is_executable;
use crate::config::Config;

const NAME: &str = "hook account_attention";

/// Only where there is one.
pub(super) fn look(config: &Config) -> Option<Check> {
    let hook = config.hooks.account_attention.as_ref()?;
    Some(judge(&hook.program, &directories()))
}

/// Where programs are looked up by name.
fn directories() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    env::split_paths(&path).collect()
}

fn judge(program: &Path, directories: &[PathBuf]) -> Check {
    let is_name = program.components().count() == 1 && program.is_relative();
    let found = match is_name {
        true => directories
            .iter()
            .map(|directory| directory.join(program))
            .find(|path| is_executable(path)),
        false => Some(program.to_owned()).filter(|path| is_executable(path)),
    };
    if let Some(found) = found {
        return Check::ok(NAME, format!("{} can be run", found.display()));
    }
    let what = match (is_name, program.exists()) {
        (true, _) => "is in no directory of PATH",
        (false, true) => "is no program that this user may run",
        (false, false) => "does not exist",
    };
    let advice = "nobody is told of accounts that need attention: mend hooks.account_attention, or \
                  make it executable (chmod +x) for the user that the jobs run as";
    Check::fail(NAME, format!("{} {what}", program.display()), advice)
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    #[test]
    fn a_name_is_looked_up_and_a_path_is_taken_as_it_is() {
        let directories = ["/nonexistent", "/bin"].map(PathBuf::from);
        let cases = [
            ("sh", Verdict::Ok, "/bin/sh can be run"),
            ("/bin/sh", Verdict::Ok, "/bin/sh can be run"),
            ("no-such-program", Verdict::Fail, "in no directory of PATH"),
            ("./sh", Verdict::Fail, "does not exist"),
            ("/bin", Verdict::Fail, "may run"),
            ("/etc/passwd", Verdict::Fail, "may run"),
        ];
        for (program, verdict, found) in cases {
            let check = judge(Path::new(program), &directories);
            assert_eq!(check.verdict, verdict, "{program}");
            assert!(check.found.contains(found), "{}", check.found);
        }
    }
}
