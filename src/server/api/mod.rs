//! What the application asks for: `POST /integrations/calendar/sync/schedule`.

mod callers;
mod refusal;
mod wish;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};

pub use self::callers::Callers;
pub(super) use self::refusal::Refusal;
use super::{Receiver, body};
use crate::model::preferences::Preferences;

/// Changes the preferences of the user who asks, or for whom the
/// application's server does; answers what holds from now on.
pub(super) async fn schedule(
    receiver: State<Arc<Receiver>>,
    request: Request,
) -> Result<Json<Preferences>, Refusal> {
    let (head, body) = request.into_parts();
    // Who may not ask is not listened to.
    let caller = receiver.callers.identify(&head.headers, (receiver.now)())?;
    let body = body::read(body, &receiver.limits, &receiver.room).await;
    let wish = wish::read(&body.map_err(Refusal::body)?.bytes)?;
    let user = caller.speaks_for(wish.user_id)?;
    let store = receiver.backends.store.get().ok_or(Refusal::Unavailable)?;
    let preferences = store.preferences_change(&user, wish.change).await?;
    Ok(Json(preferences))
}
