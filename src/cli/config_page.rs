//! The manual page of the configuration file, from the example that is shipped:
//! what a setting does is said there and nowhere else.
//!
//! The example is made of blocks with an empty line between: remarks, which end
//! in the head of a section or in settings. A setting is put out of use by `#`.

use std::fmt::Write;

use super::page::{escaped, title};

const EXAMPLE: &str = include_str!("../../config.example.toml");

/// The file name of the page.
pub(super) const FILE: &str = "calsync-config.5";

/// What the page says before the settings: all that is true of every one.
const HEAD: &str = r#".SH NAME
calsync\-config \- configuration file of calsync
.SH SYNOPSIS
.nf
[\fIsection\fR]
\fIkey\fR = \fIvalue\fR
.fi
.SH DESCRIPTION
.BR calsync (1)
reads one file in TOML.
No setting is needed to begin; what is not set has the default that is shown
below.
A key that is not known is an error, which names the nearest one that is.
.PP
A key marked
.B (secret)
has a twin, named
.IB key _file\fR,
whose value is the path of a file that holds the secret.
Only one of them may be set.
.RI \(dq%d/ name \(dq
and
.RI \(dq$CREDENTIALS_DIRECTORY/ name \(dq
are the credential
.I name
of the systemd unit; a relative path begins at the configuration file's
directory, or at the credentials' where there are any.
A file that others may read is warned of.
.SH FILES
The first of these that is named or exists is read, and no other:
.IP 1. 4
the file that
.B \-\-config
names
.IP 2.
the file that
.B $CALSYNC_CONFIG
names
.IP 3.
.I $XDG_CONFIG_HOME/calsync/config.toml
.RI ( ~/.config
where that is not set)
.IP 4.
.I /etc/calsync/config.toml
.SH ENVIRONMENT
.TP
.BI CALSYNC__ SECTION __ KEY
Sets a key of a section, and wins over the file:
.B CALSYNC__SYNC__PAST_DAYS=7
sets
.B past_days
in
.BR [sync] .
.TP
.B API_BASE_URL
Is read where
.B public_url
in
.B [webhooks]
is not set.
.TP
.BR STATE_DIRECTORY ", " XDG_STATE_HOME
Say where the store is that
.B url
in
.B [store]
does not name.
.SH SETTINGS
"#;

const TAIL: &str = ".SH \"SEE ALSO\"\n.BR calsync (1),\n.BR systemd.exec (5)\n";

/// The page.
pub(super) fn page() -> String {
    let title = title("calsync-config", 5, "File Formats");
    let blocks = EXAMPLE.split("\n\n").map(|block| block.trim_matches('\n'));
    // Before the first section it speaks of itself as a file to copy.
    let of_sections = blocks.skip_while(|block| section(block).is_none());
    let settings: String = of_sections.map(entry).collect();
    format!("{title}\n{HEAD}{settings}{TAIL}")
}

/// The section that a block is the head of.
fn section(block: &str) -> Option<&str> {
    block.lines().find(|line| line.starts_with('['))
}

fn entry(block: &str) -> String {
    let mut entry = String::new();
    // Writing into a text cannot fail.
    if let Some(section) = section(block) {
        writeln!(entry, ".SS {}", escaped(section)).ok();
    }
    let settings = block.lines().filter_map(setting);
    for (index, (key, value)) in settings.enumerate() {
        let begin = if index == 0 { ".TP" } else { ".TQ" };
        let (key, value) = (escaped(key), escaped(value));
        write!(entry, "{begin}\n\\fB{key}\\fR = {value}\n").ok();
    }
    for remark in block.lines().filter_map(|line| line.strip_prefix("# ")) {
        writeln!(entry, "\\&{}", escaped(remark)).ok();
    }
    entry
}

/// The key and the value of a line like `#key = value`.
fn setting(line: &str) -> Option<(&str, &str)> {
    let setting = line.strip_prefix('#')?;
    let begins = setting.starts_with(|c: char| c.is_ascii_lowercase());
    setting.split_once(" = ").filter(|_| begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema;

    #[test]
    fn every_setting_stands_below_its_section() {
        let page = page();
        let mut rest = page.as_str();
        for section in schema::SECTIONS {
            let head = format!("\n.SS [{}]\n", section.name);
            rest = rest.split_once(&head).unwrap_or_else(|| panic!("{head}")).1;
            let own = rest.split("\n.SS ").next().unwrap();
            for key in section.keys() {
                assert!(own.contains(&format!("\n\\fB{key}\\fR = ")), "{head}{key}");
            }
        }
    }

    #[test]
    fn keys_of_one_block_share_its_remark() {
        let block = "# Days, 'before' and\n# after.\n#past_days = 30\n#future_days = 90";
        let expected = ".TP\n\\fBpast_days\\fR = 30\n.TQ\n\\fBfuture_days\\fR = 90\n\
                        \\&Days, \\(aqbefore\\(aq and\n\\&after.\n";
        assert_eq!(entry(block), expected);
    }
}
