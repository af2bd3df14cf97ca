//! Reads Rust source as far as the checks in `floors.rs` need it: code without
//! comments, without test code, and if wanted without the text of literals.
//! What is taken out becomes blanks, so that lines keep their numbers.

/// A source file, read.
pub(crate) struct Source {
    /// The path below `src/`.
    pub(crate) path: String,
    /// Without comments and test code.
    pub(crate) text: String,
    /// The same, and literals are empty too.
    pub(crate) code: String,
}

impl Source {
    /// Reads a file's text.
    pub(crate) fn read(path: &str, text: &str) -> Self {
        let (mut with, mut without) = (blanked(text, false), blanked(text, true));
        for (start, end) in test_items(&without) {
            blank(&mut with, start, end);
            blank(&mut without, start, end);
        }
        let string = |chars: Vec<char>| chars.into_iter().collect();
        Self {
            path: path.to_owned(),
            text: string(with),
            code: string(without),
        }
    }

    /// The top-level module that the file belongs to.
    pub(crate) fn module(&self) -> &str {
        self.path
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
    }

    /// Whether the whole file is test code.
    pub(crate) fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs")
    }

    /// The line, counted from 1, of a byte offset in `text` or `code`.
    pub(crate) fn line(of: &str, offset: usize) -> usize {
        of[..offset].matches('\n').count() + 1
    }
}

/// Blanks comments and, if asked to, the insides of literals.
fn blanked(text: &str, literals: bool) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let (end, is_comment) = token(&chars, at);
        if is_comment {
            blank(&mut chars, at, end);
        } else if literals && end > at + 1 {
            blank(&mut chars, at + 1, end - 1);
        }
        at = end;
    }
    chars
}

/// The end of the comment, literal or single character that begins here, and
/// whether it is a comment.
fn token(chars: &[char], at: usize) -> (usize, bool) {
    let next = chars.get(at + 1);
    match (chars[at], next) {
        ('/', Some('/')) => (find(chars, at, &['\n']), true),
        ('/', Some('*')) => (block_comment(chars, at), true),
        ('"', _) => (quoted(chars, at, '"'), false),
        ('r', Some('"' | '#')) if !is_word(chars, at) => (raw(chars, at), false),
        ('\'', Some('\\')) => (quoted(chars, at, '\''), false),
        ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => (at + 3, false),
        _ => (at + 1, false),
    }
}

/// Whether the character continues a word that began before it.
fn is_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() && chars[at - 1] != 'b' || chars[at - 1] == '_')
}

fn find(chars: &[char], from: usize, what: &[char]) -> usize {
    let found = (from..chars.len()).find(|at| chars[*at..].starts_with(what));
    found.unwrap_or(chars.len())
}

fn block_comment(chars: &[char], at: usize) -> usize {
    let (mut depth, mut at) = (1, at + 2);
    while depth > 0 && at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at.min(chars.len())
}

fn quoted(chars: &[char], at: usize, quote: char) -> usize {
    let mut at = at + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// A raw string; `r#name` is none.
fn raw(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return at + 1;
    }
    let end: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    (find(chars, at + 2 + hashes, &end) + end.len()).min(chars.len())
}

fn blank(chars: &mut [char], start: usize, end: usize) {
    for c in &mut chars[start..end] {
        // As many bytes as before, so that offsets agree everywhere.
        if *c != '\n' && c.is_ascii() {
            *c = ' ';
        }
    }
}

/// From each `#[cfg(test)]` to the end of the item behind it.
fn test_items(code: &[char]) -> Vec<(usize, usize)> {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let starts = (0..code.len()).filter(|at| code[*at..].starts_with(&mark));
    starts
        .map(|start| (start, item_end(code, start + mark.len())))
        .collect()
}

fn item_end(code: &[char], from: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code.iter().enumerate().skip(from) {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(c, '}' | ';') {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn comments_literals_and_test_code_are_told_apart() {
    let text = "a(); // b\n/* c /* d */ e */ f('\\'', '\"', \"g \\\" h\", r#\"i \" j\"#);\n\
                #[cfg(test)]\nmod tests { fn k() { \"}\" } }\nl::<'m>();\n";
    let source = Source::read("x.rs", text);
    let words = |text: &str| -> String { text.chars().filter(char::is_ascii_lowercase).collect() };
    assert_eq!(words(&source.text), "afghrijlm");
    // The `r` is the mark of the raw literal.
    assert_eq!(words(&source.code), "afrlm");
    assert_eq!(source.code.len(), text.len());
}
