//! Names and titles.

const FIRST: [&str; 20] = [
    "ana", "ben", "chiara", "dilan", "eva", "felix", "grace", "hugo", "ines", "jonas", "keiko",
    "liam", "mira", "noah", "olga", "priya", "quentin", "rosa", "samuel", "tara",
];

const LAST: [&str; 12] = [
    "meier", "rossi", "kaya", "schmidt", "okafor", "tanaka", "lopez", "novak", "singh", "walker",
    "dubois", "larsen",
];

const TEAMS: [&str; 6] = [
    "Team Platform",
    "Team Design",
    "Team Sales",
    "Team Support",
    "Team Data",
    "Team Finance",
];

/// The address of the `index`-th user.
pub(super) fn email(index: usize) -> String {
    let (first, last) = (
        FIRST[index % FIRST.len()],
        LAST[(index / FIRST.len() + index) % LAST.len()],
    );
    match index / (FIRST.len() * LAST.len()) {
        0 if index < 60 => format!("{first}.{last}@example.com"),
        _ => format!("{first}.{last}{index}@example.com"),
    }
}

/// The title of the `index`-th team calendar.
pub(super) fn team(index: usize) -> &'static str {
    TEAMS[index % TEAMS.len()]
}

/// Appointments.
pub(super) const MEETINGS: &[&str] = &[
    "Budget review",
    "Call with the bank",
    "Candidate interview",
    "Catch-up with Priya",
    "Contract talk",
    "Customer demo",
    "Dentist",
    "Design critique",
    "Driving lesson",
    "Flat viewing",
    "Haircut",
    "Incident review",
    "Kick-off new website",
    "Lunch with Tom",
    "Parents' evening",
    "Performance review",
    "Physiotherapy",
    "Pick up parcel",
    "Planning workshop",
    "Press briefing",
    "Product walkthrough",
    "Project retrospective",
    "Quarterly numbers",
    "Release go/no-go",
    "Sales pipeline",
    "Security training",
    "Supplier visit",
    "Tax adviser",
    "Vendor call",
    "Vet with Luna",
    "Write proposal",
];

/// Whole days.
pub(super) const DAYS: &[&str] = &[
    "Birthday Grandma",
    "Conference Lisbon",
    "Day off",
    "Hackathon",
    "Long weekend",
    "Moving house",
    "On call",
    "School trip",
    "Team offsite",
    "Trade fair Munich",
    "Visit from Mum",
    "Working from home",
];

/// What repeats.
pub(super) const ROUTINES: &[&str] = &[
    "1:1 with Sam",
    "Choir",
    "Daily stand-up",
    "Football training",
    "Guitar lesson",
    "Invoice run",
    "Music school",
    "Office hours",
    "Pilates",
    "Planning",
    "Review",
    "Rubbish collection",
    "Sprint demo",
    "Team lunch",
    "Weekly review",
    "Yoga",
];

/// Where things happen.
pub(super) const PLACES: &[&str] = &[
    "Room Matterhorn",
    "Room Lima",
    "Café Central",
    "https://meet.google.com/abc-defg-hij",
    "Main Street 12",
    "Online",
];

/// Holidays with month and day.
pub(super) const HOLIDAYS: &[(&str, u32, u32)] = &[
    ("New Year's Day", 1, 1),
    ("Good Friday", 4, 3),
    ("Labour Day", 5, 1),
    ("National Day", 8, 1),
    ("Harvest Day", 9, 21),
    ("Remembrance Day", 11, 11),
    ("Christmas Eve", 12, 24),
    ("Christmas Day", 12, 25),
    ("Boxing Day", 12, 26),
];
