//! Edits at random on both sides, between reconciliations.

use super::*;

/// Numbers that follow from a seed (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn word(&mut self) -> Option<String> {
        let words = [None, Some("a"), Some("b"), Some("c")];
        let number = usize::try_from(self.below(4)).unwrap();
        words[number].map(str::to_owned)
    }

    fn winner(&mut self) -> Winner {
        match self.below(3) {
            0 => Winner::Task,
            1 => Winner::Event,
            _ => Winner::Nobody,
        }
    }

    /// Changes some fields, and leaves a time.
    fn edit(&mut self, content: &mut Content) {
        for field in Field::ALL {
            if self.below(3) != 0 {
                continue;
            }
            match field {
                Field::Title => content.title = self.word(),
                Field::Description => content.description = self.word(),
                Field::Location => content.location = self.word(),
                Field::Time => content.time = day(1 + u32::try_from(self.below(3)).unwrap()),
                Field::Reminder => {
                    content.reminder_minutes = u32::try_from(self.below(3)).ok();
                }
            }
        }
    }
}

/// A task and its event at a provider that rewrites what it is given.
struct World {
    task: Content,
    event: Content,
    revision: u32,
    base: Base,
}

/// How a provider writes down what it is given.
fn rewritten(mut content: Content) -> Content {
    content.description = content.description.map(|text| text.to_uppercase());
    content.title = content.title.map(|text| text.replace('c', "C"));
    content
}

impl World {
    fn new() -> Self {
        let task = content("a", "b", day(1));
        let event = rewritten(task.clone());
        let etag = Some("0".to_owned());
        Self {
            base: Base {
                task: task.clone(),
                event: event.clone(),
                etag,
            },
            task,
            event,
            revision: 0,
        }
    }

    fn decide(&self, access: Access, winner: Winner) -> Decision {
        let etag = self.revision.to_string();
        let event = read(&self.event, &etag);
        reconcile(&self.base, Some(&self.task), event, access, winner)
    }

    /// Carries a decision out; when the answer of the provider, or the whole
    /// request, is lost, the base is the planned one.
    fn apply(&mut self, decision: &Decision, chance: &mut Chance) {
        if let Some(base) = &decision.base {
            self.base.clone_from(base);
        }
        let (push, pull) = fields(&decision.action);
        for field in pull {
            self.task.take(field, &self.event);
        }
        let fate = chance.below(4);
        if push.is_empty() || fate == 0 {
            return;
        }
        let sent = rewritten(self.task.clone());
        for field in &push {
            self.event.take(*field, &sent);
        }
        self.revision += 1;
        if fate > 1 {
            let etag = self.revision.to_string();
            self.base = self.base.sent(&push, &self.task, &self.event, Some(&etag));
        }
    }

    fn edit(&mut self, chance: &mut Chance) {
        chance.edit(&mut self.task);
        if chance.below(2) == 0 {
            chance.edit(&mut self.event);
            self.revision += 1;
        }
    }
}

/// The fields to be pushed and pulled.
fn fields(action: &Action) -> (Vec<Field>, Vec<Field>) {
    match action {
        Action::Push { fields } => (fields.clone(), Vec::new()),
        Action::Pull { fields } => (Vec::new(), fields.clone()),
        Action::Merge(merged) => (merged.push.clone(), merged.pull.clone()),
        Action::Keep | Action::Rebase | Action::Conflict { .. } => Default::default(),
        other @ (Action::DeleteEvent { .. }
        | Action::Recreate
        | Action::Unlink
        | Action::Forget) => {
            panic!("both sides live: {other:?}")
        }
    }
}

/// The fields that a decision names as clashes.
fn clashes(action: &Action) -> Vec<Field> {
    match action {
        Action::Conflict { fields, .. } => fields.clone(),
        Action::Merge(merged) => merged.clashes.iter().map(|clash| clash.field).collect(),
        _ => Vec::new(),
    }
}

/// Runs a property over many worlds in which both sides were edited.
fn for_many(property: impl Fn(&mut World, &mut Chance, &str)) {
    for seed in 0..2000 {
        let (mut world, mut chance) = (World::new(), Chance(seed));
        for step in 0..6 {
            world.edit(&mut chance);
            property(
                &mut world,
                &mut chance,
                &format!("seed {seed}, step {step}"),
            );
        }
    }
}

#[test]
fn applying_a_plan_converges_whatever_answer_is_lost() {
    for_many(|world, chance, at| {
        let winner = chance.winner();
        let decision = world.decide(Access::Ours, winner);
        world.apply(&decision, chance);
        for _ in 0..40 {
            let decision = world.decide(Access::Ours, winner);
            world.apply(&decision, chance);
        }
        let last = world.decide(Access::Ours, winner);
        assert_eq!(last.base, None, "{at}");
        match last.action {
            Action::Keep => {}
            Action::Conflict { .. } => assert_eq!(winner, Winner::Nobody, "{at}"),
            other => panic!("{at}: {other:?}"),
        }
    });
}

#[test]
fn no_field_is_lost_silently() {
    for_many(|world, chance, at| {
        let (task, event, base) = (world.task.clone(), world.event.clone(), world.base.clone());
        let decision = world.decide(Access::Ours, chance.winner());
        let (push, pull) = fields(&decision.action);
        let clashes = clashes(&decision.action);
        for field in Field::ALL {
            let named = clashes.contains(&field);
            if task.agrees(&event, field) {
                assert!(!push.contains(&field) && !pull.contains(&field), "{at}");
                continue;
            }
            let task_edited = !task.agrees(&base.task, field);
            let event_edited = !event.agrees(&base.event, field);
            let expected = match (task_edited, event_edited) {
                (true, true) => named,
                (true, false) => push.contains(&field),
                (false, true) => pull.contains(&field),
                (false, false) => !named,
            };
            assert!(expected, "{at}: {field:?}");
        }
        world.apply(&decision, chance);
    });
}

#[test]
fn what_is_not_ours_is_never_pushed_and_every_edit_of_it_is_named() {
    for_many(|world, chance, at| {
        let (task, event, base) = (world.task.clone(), world.event.clone(), world.base.clone());
        let decision = world.decide(Access::NotOurs, chance.winner());
        let (push, _) = fields(&decision.action);
        assert_eq!(push, [], "{at}");
        for field in Field::ALL {
            let edited = !task.agrees(&base.task, field) && !task.agrees(&event, field);
            let named = clashes(&decision.action).contains(&field);
            assert!(!edited || named, "{at}: {field:?}");
        }
        world.apply(&decision, chance);
    });
}

#[test]
fn sides_and_winner_swapped_swap_the_merge() {
    for_many(|world, chance, at| {
        let winner = chance.winner();
        let swapped = match winner {
            Winner::Task => Winner::Event,
            Winner::Event => Winner::Task,
            Winner::Nobody => Winner::Nobody,
        };
        let mirror = Base {
            task: world.base.event.clone(),
            event: world.base.task.clone(),
            etag: None,
        };
        let merge = crate::engine::merge::merge;
        let one = merge(&world.base, &world.task, &world.event, winner);
        let other = merge(&mirror, &world.event, &world.task, swapped);
        assert_eq!((&one.push, &one.pull), (&other.pull, &other.push), "{at}");
        assert_eq!(one.clashes.len(), other.clashes.len(), "{at}");
        assert_eq!(one.open(), other.open(), "{at}");
        let decision = world.decide(Access::Ours, winner);
        world.apply(&decision, chance);
    });
}
