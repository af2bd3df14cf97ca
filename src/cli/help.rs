//! What stands below the options in `calsync --help` and in the manual: blocks
//! with a heading, parted by empty lines.

/// Of the program as a whole.
pub(super) const PROGRAM: &str = "\
Examples:
  calsync demo                      see it at work, without any account
  calsync users import users.jsonl  tell it of the application's users
  calsync accounts import FILE      and of their accounts
  calsync auto-sync                 sync who is due: what a timer runs
  calsync events list --user ID     look at a user's timeline
  calsync status                    see what needs attention
  calsync doctor                    see whether everything is in place

Environment:
  CALSYNC__SECTION__KEY  overrides a setting of the file: CALSYNC__SYNC__PAST_DAYS=7
  CALSYNC_CONFIG         the configuration file
  CALSYNC_LOG            a log filter, which goes before -q and -v: calsync=debug
  STATE_DIRECTORY        where the store is; else $XDG_STATE_HOME/calsync
  NO_COLOR               logs and the status without colours

Exit status:
  0   done, also when nothing was due or another instance is running
  1   failed
  2   wrong arguments, also a file or an id that they name; nothing was done
  3   partial: some units failed, the rest is done
  75  the store, the queue or every provider could not be reached: the next timer tries again
  78  the configuration is wrong";
