//! `payglot notification`.

use super::{Where, output};
use crate::startup;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use payglot_core::{NotificationId, PaymentId};
use payglot_store::{Delivery, Notification as Stored, NotificationFilter, NotificationState, OVERTAKEN, Store as _};
use serde_json::{Value, json};

/// Lists notifications with every attempt, and sends them again.
#[derive(Debug, Args)]
#[command(after_help = "Example: payglot notification resend 01938e5a-7c31-7f42-9b1e-3f1f0c1d2e3f")]
pub(super) struct Notification {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List them, newest first.
    List {
        #[command(flatten)]
        place: Where,
        /// Only of this payment; shows every attempt.
        #[arg(long, value_name = "ID")]
        payment: Option<PaymentId>,
        /// Only those that no shop acknowledged.
        #[arg(long)]
        unacknowledged: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Send again, whatever came of it so far. A running server does it within a second.
    Resend {
        #[command(flatten)]
        place: Where,
        /// Ids of notifications.
        ids: Vec<NotificationId>,
        /// Every notification that no shop acknowledged (at most 1000), but for those that a newer one overtook: such an older state goes
        /// out only by its id.
        #[arg(long)]
        unacknowledged: bool,
    },
}

impl Notification {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { place, payment, unacknowledged, limit } => {
                let filter = NotificationFilter { payment, unacknowledged, limit };
                list(&place, &filter).await
            }
            Action::Resend { place, ids, unacknowledged } => resend(&place, ids, unacknowledged).await,
        }
    }
}

async fn list(place: &Where, filter: &NotificationFilter) -> anyhow::Result<()> {
    let store = startup::open_store(&place.load()?, None)?;
    let found = store.notifications(filter).await?;
    let mut rows = Vec::new();
    for notification in found {
        let attempts =
            if filter.payment.is_some() { store.deliveries(notification.call.id).await? } else { Vec::new() };
        rows.push((notification, attempts));
    }
    if place.json {
        output::line(&Value::Array(
            rows.iter().map(|(notification, attempts)| as_json(notification, attempts)).collect(),
        ));
    } else {
        for (notification, attempts) in &rows {
            output::text(&as_text(notification, attempts));
        }
    }
    Ok(())
}

async fn resend(place: &Where, mut ids: Vec<NotificationId>, unacknowledged: bool) -> anyhow::Result<()> {
    let store = startup::open_store(&place.load()?, None)?;
    if unacknowledged {
        let filter = NotificationFilter { unacknowledged, limit: 1000, payment: None };
        let overtaken = NotificationState::Dead(OVERTAKEN.to_owned());
        let found = store.notifications(&filter).await?.into_iter().filter(|found| found.state != overtaken);
        ids.extend(found.map(|found| found.call.id));
    }
    anyhow::ensure!(!ids.is_empty(), "nothing to send: name notifications, or use --unacknowledged");
    let now = crate::clock::Clock::System.now();
    for id in &ids {
        store.resend(*id, now).await.with_context(|| format!("notification {id}"))?;
    }
    if place.json {
        output::line(&json!({ "resent": ids.iter().map(ToString::to_string).collect::<Vec<_>>() }));
    } else {
        output::text(&format!("{} will be sent again", ids.len()));
    }
    Ok(())
}

fn state_words(state: &NotificationState) -> String {
    match state {
        NotificationState::Scheduled(at) => format!("scheduled for {}", output::time(*at)),
        NotificationState::Acknowledged(at) => format!("acknowledged {}", output::time(*at)),
        NotificationState::Dead(reason) => format!("dead: {reason}"),
    }
}

pub(super) fn as_json(found: &Stored, attempts: &[Delivery]) -> Value {
    let state = match &found.state {
        NotificationState::Scheduled(_) => "scheduled",
        NotificationState::Acknowledged(_) => "acknowledged",
        NotificationState::Dead(_) => "dead",
    };
    json!({
        "id": found.call.id.to_string(), "payment": found.payment.map(|id| id.to_string()), "project": found.project.0,
        "seq": found.seq, "event": found.call.event,
        "url": found.call.url, "body": found.call.body, "state": state, "words": state_words(&found.state),
        "attempts": found.attempts,
        "deliveries": attempts.iter().map(|attempt| json!({
            "at": attempt.at.0, "took_ms": attempt.took_ms, "address": attempt.address, "status": attempt.status,
            "answer": attempt.answer, "verdict": attempt.verdict,
        })).collect::<Vec<_>>(),
    })
}

pub(super) fn as_text(found: &Stored, attempts: &[Delivery]) -> String {
    let head = format!("{} {:<10} {}", found.call.id, found.call.event, state_words(&found.state));
    let attempts = attempts
        .iter()
        .map(|attempt| format!("  {} {} ms {}", output::time(attempt.at), attempt.took_ms, attempt.verdict));
    [head, format!("  {}", found.call.url)].into_iter().chain(attempts).collect::<Vec<_>>().join("\n")
}
