//! Stories of mailboxes at Microsoft.

mod series;
