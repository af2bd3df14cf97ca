//! Operations on `/subscriptions` (contract 9.1 and 9.5).

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::calendars::selected;
use super::call::Call;
use super::delta::{Tweaks, confirmed};
use super::errors::ApiError;
use super::handshake;
use super::lists::Listing;
use super::prefer::Prefer;
use super::proposal::{Proposal, Renewal};
use super::route::Kind;
use super::subscription::Subscription;
use super::world::World;

/// A write that waits for the receivers to say that they are there.
pub(super) struct Wish {
    /// Who is asked.
    pub(super) urls: Vec<String>,
    /// What they are asked with.
    pub(super) token: String,
    change: Change,
}

enum Change {
    New(Box<Subscription>, Prefer),
    Renewed(String, Renewal),
}

impl Wish {
    /// What a POST or a PATCH asks for, if it may be.
    pub(super) fn read(world: &mut World, call: &Call, account: &str) -> Result<Self, ApiError> {
        match call.route.kind {
            Kind::SubscriptionsUpdate => Self::update(world, call, account),
            _ => Self::create(world, call, account),
        }
    }

    /// A subscription that may be made.
    fn create(world: &mut World, call: &Call, account: &str) -> Result<Self, ApiError> {
        let prefer = call.prefer()?;
        let (body, now) = (call.object()?, world.clock.now());
        let proposal = Proposal::read(&body, now, &world.behaviour)?;
        let calendar = world.watched(account, &proposal.resource)?;
        let urls = [
            Some(&proposal.notification_url),
            proposal.lifecycle_url.as_ref(),
        ];
        let urls = urls.into_iter().flatten().cloned().collect();
        let subscription = Subscription {
            id: world.guid(),
            account: account.to_owned(),
            resource: proposal.resource,
            calendar,
            change_type: proposal.change_type,
            notification_url: proposal.notification_url,
            lifecycle_url: proposal.lifecycle_url,
            client_state: proposal.client_state,
            expires: proposal.expires,
            immutable_ids: prefer.immutable,
            tls: proposal.tls,
            pauses: None,
        };
        check_room(world, &subscription)?;
        Ok(Self {
            urls,
            token: handshake::token(&world.ids.opaque()),
            change: Change::New(Box::new(subscription), prefer),
        })
    }

    /// A change that may be made.
    fn update(world: &mut World, call: &Call, account: &str) -> Result<Self, ApiError> {
        let now = world.clock.now();
        let id = own(world, call, account)?.id.clone();
        let renewal = Renewal::read(&call.object()?, now, &world.behaviour)?;
        let asked = renewal.notification_url.clone();
        let asked = asked.filter(|_| world.behaviour.handshake_on_patch);
        Ok(Self {
            urls: asked.into_iter().collect(),
            token: handshake::token(&world.ids.opaque()),
            change: Change::Renewed(id, renewal),
        })
    }

    /// Does it, now that the receivers have said so.
    pub(super) fn carry_out(self, world: &mut World, account: &str) -> Result<Answer, ApiError> {
        match self.change {
            Change::New(subscription, prefer) => {
                // Somebody may have been faster.
                check_room(world, &subscription)?;
                let answer = Answer {
                    status: 201,
                    ..Answer::json(&entity(world, account, &subscription)?, false)
                };
                world.subscriptions.add(*subscription);
                Ok(confirmed(answer, &prefer.applied))
            }
            Change::Renewed(id, renewal) => {
                let now = world.clock.now();
                let subscription = world.subscriptions.find(&id, now);
                let subscription = subscription.ok_or_else(ApiError::item_not_found)?;
                subscription.pauses = None;
                if let Some(expires) = renewal.expires {
                    subscription.expires = expires;
                }
                if let Some(url) = renewal.notification_url {
                    subscription.notification_url = url;
                }
                let subscription = subscription.clone();
                Ok(Answer::json(&entity(world, account, &subscription)?, false))
            }
        }
    }
}

/// Answers `GET /subscriptions`.
pub(super) fn list(world: &mut World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let now = world.clock.now();
    let own = world.subscriptions.live(account, now).to_vec();
    let creator = &world.mailbox(account)?.id;
    let listing = Listing {
        call,
        url: &world.url,
        context: "subscriptions",
        top: world.behaviour.default_page_size,
        skip: call.number("$skip", 0..=usize::MAX)?.unwrap_or(0),
    };
    let show = |one: &Subscription| one.shown(creator);
    Ok(listing.answer(&own, show, &Prefer::default(), &Tweaks::default()))
}

/// Answers `GET /subscriptions/{id}`.
pub(super) fn get(world: &mut World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let subscription = own(world, call, account)?.clone();
    let entity = entity(world, account, &subscription)?;
    Ok(Answer::json(&selected(entity, call), false))
}

/// Answers `DELETE /subscriptions/{id}`.
pub(super) fn delete(world: &mut World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let id = own(world, call, account)?.id.clone();
    world.subscriptions.end(&id);
    Ok(Answer::empty(204))
}

/// Answers `POST /subscriptions/{id}/reauthorize`; it does not live longer.
pub(super) fn reauthorize(
    world: &mut World,
    call: &Call,
    account: &str,
) -> Result<Answer, ApiError> {
    own(world, call, account)?.pauses = None;
    Ok(Answer::empty(204))
}

/// The calendar that a POST is about.
pub(super) fn calendar(world: &World, call: &Call, account: &str) -> Option<String> {
    let body = call.object().ok()?;
    let resource = body.get("resource")?.as_str()?;
    world.watched(account, resource).ok()?
}

/// The subscription that the path names, if it is the caller's.
fn own<'a>(
    world: &'a mut World,
    call: &Call,
    account: &str,
) -> Result<&'a mut Subscription, ApiError> {
    let now = world.clock.now();
    let found = world.subscriptions.find(&call.route.subscription, now);
    let found = found.filter(|subscription| subscription.account == account);
    found.ok_or_else(ApiError::item_not_found)
}

/// A mailbox has so many subscriptions at most, and no two that say the same.
fn check_room(world: &mut World, wanted: &Subscription) -> Result<(), ApiError> {
    let now = world.clock.now();
    let own = world.subscriptions.live(&wanted.account, now);
    let same = own
        .iter()
        .find(|one| one.combination() == wanted.combination());
    match same {
        Some(same) => Err(ApiError::subscription_exists(&same.id)),
        None if own.len() >= world.behaviour.subscriptions_per_mailbox => {
            Err(ApiError::subscriptions_exhausted())
        }
        None => Ok(()),
    }
}

fn entity(world: &World, account: &str, subscription: &Subscription) -> Result<Value, ApiError> {
    let mut entity = subscription.shown(&world.mailbox(account)?.id);
    let context = format!("{}/v1.0/$metadata#subscriptions/$entity", world.url);
    entity["@odata.context"] = json!(context);
    Ok(entity)
}
