//! Finds the paths in a source file that lead to a top-level module.

use crate::source::Source;

/// What a file names at the top of the crate: the line, the name, and whether
/// it was reached by climbing (`super::`), where it may as well be the name of
/// something else.
pub(crate) fn uses(source: &Source) -> Vec<(usize, String, bool)> {
    let code = &source.code;
    let in_main = source.path == "main.rs";
    let absolute = ["crate", "calsync"]
        .into_iter()
        .flat_map(|root| paths(code, root, in_main));
    let absolute = absolute.map(|(at, name)| (at, name, false));
    let climbing = climbs(source)
        .into_iter()
        .map(|(at, name)| (at, name, true));
    let named = absolute.chain(climbing);
    named
        .map(|(at, name, climbed)| (Source::line(code, at), name, climbed))
        .collect()
}

/// What follows `root::`, be it one name or a group of them.
fn paths(code: &str, root: &str, in_main: bool) -> Vec<(usize, String)> {
    let start = format!("{root}::");
    let hits = code
        .match_indices(&start)
        .filter(|(at, _)| is_start(code, *at));
    let hits = hits.filter(|_| root == "crate" || in_main);
    hits.flat_map(|(at, _)| {
        names(&code[at + start.len()..])
            .into_iter()
            .map(move |name| (at, name))
    })
    .collect()
}

/// Whether a path begins here, not in the middle of a name or of a path.
fn is_start(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
}

/// The first names of the path or of the group of paths that begins here.
fn names(code: &str) -> Vec<String> {
    match code.strip_prefix('{') {
        Some(group) => members(group)
            .iter()
            .flat_map(|member| names(member.trim_start()))
            .collect(),
        None => {
            let name: String = code
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let is_macro = code[name.len()..].starts_with('!');
            (!name.is_empty() && !is_macro)
                .then_some(name)
                .into_iter()
                .collect()
        }
    }
}

/// The members of a group, up to its closing brace.
fn members(group: &str) -> Vec<&str> {
    let (mut members, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(&group[start..at]);
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members
}

/// Top-level modules reached by `super::super::…` out of the file's own.
fn climbs(source: &Source) -> Vec<(usize, String)> {
    let code = &source.code;
    let hits = code
        .match_indices("super::")
        .filter(|(at, _)| is_start(code, *at));
    hits.flat_map(|(at, _)| {
        let path = &code[at..];
        let rest = path.trim_start_matches("super::");
        let levels = (path.len() - rest.len()) / "super::".len();
        let out = levels >= depth(&source.path);
        let names = if out { names(rest) } else { Vec::new() };
        names.into_iter().map(move |name| (at, name))
    })
    .collect()
}

/// How many modules deep a file is: `jobs/mod.rs` 1, `jobs/pull.rs` 2.
fn depth(path: &str) -> usize {
    path.trim_end_matches("/mod.rs").split('/').count()
}
