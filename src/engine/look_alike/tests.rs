use chrono::{DateTime, Utc};

use super::*;
use crate::model::account::ProviderKind;
use crate::model::event::{Event, EventKind, EventStatus, Transparency};
use crate::model::id::{CalendarId, ConflictId, EventId, ExternalId};
use crate::model::time::{EventTime, Zone};

use DuplicateStrategy::{Manual, PreferGoogle, PreferMicrosoft, PreferNewest};

fn at(hour: u32) -> DateTime<Utc> {
    format!("2026-03-02T{hour:02}:00:00Z").parse().unwrap()
}

/// A meeting at nine, edited at some hour.
fn twin(provider: ProviderKind, edited: u32) -> Twin {
    let id = provider.as_str();
    Twin {
        id: EventId::new(id),
        calendar_id: CalendarId::new(id),
        calendar_name: "Work".to_owned(),
        provider,
        event: Event {
            external_id: ExternalId::new(id),
            etag: None,
            ical_uid: None,
            kind: EventKind::Single,
            time: Some(EventTime::timed(at(9), at(10), Zone::utc())),
            status: EventStatus::Confirmed,
            title: Some("Standup".to_owned()),
            description: None,
            location: None,
            transparency: Transparency::Opaque,
            visibility: None,
            organizer_self: true,
            response: None,
            attendees: Vec::new(),
            reminders: None,
            conference_url: None,
            html_link: None,
            updated_at: Some(at(edited)),
        },
        presence: Presence::Shown,
        hidden_by: None,
    }
}

/// Two that look alike; the second was edited last.
fn twins() -> Twins {
    Twins {
        first: twin(ProviderKind::Google, 7),
        second: twin(ProviderKind::Microsoft, 8),
        question: None,
    }
}

/// The same with a question.
fn asked(answer: Option<Answer>) -> Twins {
    let id = ConflictId::new("c-1");
    Twins {
        question: Some(Question { id, answer }),
        ..twins()
    }
}

/// The same, settled: the first is hidden.
fn settled() -> Twins {
    let mut settled = asked(Some(Answer::One));
    settled.first.hidden_by = Some(ConflictId::new("c-1"));
    settled
}

fn changed(mut twins: Twins, change: impl FnOnce(&mut Twins)) -> Twins {
    change(&mut twins);
    twins
}

fn another_title(twins: &mut Twins) {
    twins.second.event.title = Some("Lunch".to_owned());
}

/// For every strategy, in the order of the documentation.
fn verdicts(twins: &Twins) -> [Verdict; 4] {
    [Manual, PreferGoogle, PreferMicrosoft, PreferNewest].map(|strategy| judge(strategy, twins))
}

#[test]
fn a_strategy_settles_what_a_person_is_asked_otherwise() {
    use Verdict::{Ask, Leave, Settle};
    let (first, second) = (Settle(Which::First), Settle(Which::Second));
    assert_eq!(verdicts(&twins()), [Ask, second, first, first]);
    assert_eq!(verdicts(&asked(None)), [Leave, second, first, first]);
    let same = |twins: &mut Twins| twins.second.event.updated_at = Some(at(7));
    assert_eq!(judge(PreferNewest, &changed(twins(), same)), Ask);
    assert_eq!(judge(PreferNewest, &changed(asked(None), same)), Leave);
}

#[test]
fn what_is_settled_stays_whatever_the_strategy_and_later_edits() {
    let edited = |twins: &mut Twins| twins.first.event.updated_at = Some(at(11));
    for one in [settled(), changed(settled(), edited)] {
        assert_eq!(verdicts(&one), [Verdict::Leave; 4]);
    }
    let both = asked(Some(Answer::Both));
    assert_eq!(verdicts(&both), [Verdict::Leave; 4]);
}

#[test]
fn what_looks_alike_no_more_is_no_question() {
    let all = [asked(None), settled(), asked(Some(Answer::Both))];
    for one in all {
        let other = changed(one.clone(), another_title);
        assert_eq!(verdicts(&other), [Verdict::Drop; 4]);
        let gone = changed(one, |twins| twins.second.presence = Presence::Gone);
        assert_eq!(verdicts(&gone), [Verdict::Drop; 4]);
    }
    assert_eq!(
        verdicts(&changed(twins(), another_title)),
        [Verdict::Leave; 4]
    );
}

#[test]
fn only_what_a_person_sees_is_asked_about() {
    let away = |twins: &mut Twins| twins.first.presence = Presence::Away;
    assert_eq!(verdicts(&changed(twins(), away)), [Verdict::Leave; 4]);
    assert_eq!(verdicts(&changed(asked(None), away)), [Verdict::Drop; 4]);
    assert_eq!(verdicts(&changed(settled(), away)), [Verdict::Leave; 4]);
    let hidden = |twins: &mut Twins| twins.first.hidden_by = Some(ConflictId::new("c-2"));
    assert_eq!(verdicts(&changed(twins(), hidden)), [Verdict::Leave; 4]);
    assert_eq!(verdicts(&changed(asked(None), hidden)), [Verdict::Drop; 4]);
}

#[test]
fn a_settlement_that_hides_nothing_any_more_is_asked_anew() {
    let returned = asked(Some(Answer::One));
    assert_eq!(verdicts(&returned), [Verdict::Drop; 4]);
    let hidden = |twins: &mut Twins| twins.first.hidden_by = Some(ConflictId::new("c-2"));
    assert_eq!(verdicts(&changed(returned, hidden)), [Verdict::Drop; 4]);
}
