//! `payglot payment`.

use super::{Where, notification, output};
use crate::flows::learn::{self, Facts};
use crate::flows::operate::{Wish, operate};
use crate::startup;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use payglot_core::{Money, Operation, PaymentId, State};
use payglot_store::{PaymentFile, PaymentFilter, Store as _, StoredPayment};
use serde_json::{Value, json};

/// Shows payments and does what a merchant could: capture, void, refund.
#[derive(Debug, Args)]
#[command(after_help = "Example: payglot payment refund 01938e5a-7c31-7f42-9b1e-3f1f0c1d2e3f --amount 5.00")]
pub(super) struct Payment {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// One payment with its history, operations, postings and notifications.
    Show {
        #[command(flatten)]
        place: Where,
        /// The payment's id.
        id: PaymentId,
    },
    /// Payments, newest first.
    List {
        #[command(flatten)]
        place: Where,
        /// Only of this project.
        #[arg(long, value_name = "NAME")]
        project: Option<String>,
        /// Only in this state: created, pending, held, paid, declined, voided, cancelled, expired.
        #[arg(long, value_parser = state)]
        state: Option<State>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Take money out of a hold.
    Capture(Change),
    /// Release a hold, or undo a capture.
    Void(Change),
    /// Give captured money back.
    Refund(Change),
    /// Tell the shop what became known of the payer after a payment was reported (Paysera: a callback with status 3).
    Inform {
        #[command(flatten)]
        place: Where,
        /// The payment's id.
        id: PaymentId,
        /// Is the payer the one whose national number the shop sent? Left out: the bank does not tell.
        #[arg(long)]
        person_matches: Option<bool>,
        /// The payer's first name.
        #[arg(long)]
        name: Option<String>,
        /// The payer's last name.
        #[arg(long)]
        surname: Option<String>,
        /// The payer's account (IBAN).
        #[arg(long)]
        account: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Change {
    #[command(flatten)]
    place: Where,
    /// The payment's id.
    id: PaymentId,
    /// How much, such as 5.00; everything that remains if left out.
    #[arg(long)]
    amount: Option<String>,
    /// Your own id of this request: the same one again does nothing twice.
    #[arg(long)]
    key: Option<String>,
}

fn state(name: &str) -> Result<State, String> {
    State::from_name(name).ok_or_else(|| "there is no such state".to_owned())
}

impl Payment {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Show { place, id } => show(&place, id).await,
            Action::List { place, project, state, limit } => list(&place, project, state, limit).await,
            Action::Capture(change) => change.apply(|amount, key| Wish::Capture { amount, last: true, key }).await,
            Action::Void(change) => change.apply(|amount, key| Wish::Void { amount, key }).await,
            Action::Inform { place, id, person_matches: person, name, surname, account } => {
                inform(&place, id, &Facts { person, name, surname, account }).await
            }
            Action::Refund(change) => change.apply(|amount, key| Wish::Refund { amount, key, expected: None }).await,
        }
    }
}

impl Change {
    async fn apply(self, wish: impl FnOnce(Option<Money>, Option<String>) -> Wish) -> anyhow::Result<()> {
        let gateway = startup::for_command(self.place.load()?)?;
        let stored =
            gateway.store.payment(self.id).await?.with_context(|| format!("there is no payment {}", self.id))?;
        let currency = stored.payment.amount.currency();
        let amount = match &self.amount {
            None => None,
            Some(text) => Some(
                Money::from_decimal(text, currency)
                    .with_context(|| format!("{text} is no amount of {}", currency.code()))?,
            ),
        };
        let (stored, operation) = operate(&gateway, self.id, wish(amount, self.key)).await?;
        gateway.store.close().await;
        let done = stored.payment.operation(operation).context("the operation is missing from its payment")?;
        if self.place.json {
            output::line(&operation_json(done));
        } else {
            output::text(&format!("{} {}: {}", done.kind.name(), done.amount, done.status.name()));
        }
        Ok(())
    }
}

async fn inform(place: &Where, id: PaymentId, facts: &Facts) -> anyhow::Result<()> {
    let gateway = startup::for_command(place.load()?)?;
    let stored = gateway.store.payment(id).await?.with_context(|| format!("there is no payment {id}"))?;
    let told = learn::learn(&gateway, stored, facts).await?;
    gateway.store.close().await;
    anyhow::ensure!(told.is_some(), "nothing was paid yet, or the project's protocol has no word for it");
    if place.json {
        output::line(&json!({ "payment": id.to_string(), "told": true }));
    } else {
        output::text("the shop will be told");
    }
    Ok(())
}

async fn list(place: &Where, project: Option<String>, state: Option<State>, limit: u32) -> anyhow::Result<()> {
    let store = startup::open_store(&place.load()?, None)?;
    let project = match project {
        None => None,
        Some(name) => {
            let found = store.projects().await?.into_iter().find(|known| known.name == name);
            Some(found.with_context(|| format!("there is no project {name}"))?.id)
        }
    };
    let filter = PaymentFilter { project, state, limit, ..PaymentFilter::default() };
    let found = store.payments(&filter).await?;
    if place.json {
        output::line(&Value::Array(found.iter().map(payment_json).collect()));
    } else {
        for stored in &found {
            let payment = &stored.payment;
            let (created, state) = (output::time(payment.created_at), payment.state.name());
            output::text(&format!(
                "{} {created} {state:<9} {:>16}  {}{}",
                payment.id,
                payment.amount.to_string(),
                payment.order,
                if payment.terms.test { "  (test)" } else { "" },
            ));
        }
    }
    Ok(())
}

async fn show(place: &Where, id: PaymentId) -> anyhow::Result<()> {
    let store = startup::open_store(&place.load()?, None)?;
    let file = store.file(id).await?.with_context(|| format!("there is no payment {id}"))?;
    if place.json {
        output::line(&file_json(&file));
    } else {
        output::text(&file_text(&file));
    }
    Ok(())
}

fn payment_json(stored: &StoredPayment) -> Value {
    let (payment, sums) = (&stored.payment, &stored.payment.sums);
    json!({
        "id": payment.id.to_string(), "project": payment.project.0, "order": payment.order, "intent": payment.intent.name(),
        "state": payment.state.name(), "test": payment.terms.test, "currency": payment.amount.currency().code(), "amount": payment.amount.minor(),
        "authorized": sums.authorized, "captured": sums.captured, "refunded": sums.refunded, "voided": sums.voided,
        "created_at": payment.created_at.0, "updated_at": payment.updated_at.0, "expires_at": payment.expires_at.0,
        "operations": payment.operations.iter().map(operation_json).collect::<Vec<_>>(),
    })
}

fn operation_json(operation: &Operation) -> Value {
    json!({
        "id": operation.id.to_string(), "kind": operation.kind.name(), "status": operation.status.name(),
        "amount": operation.amount.minor(), "currency": operation.amount.currency().code(), "key": operation.key,
        "reason": operation.reason.map(payglot_core::DeclineReason::name), "asked_at": operation.asked_at.0,
        "answered_at": operation.answered_at.map(|at| at.0), "card": operation.card.as_ref().map(|card| &card.masked),
    })
}

fn file_json(file: &PaymentFile) -> Value {
    let mut value = payment_json(&file.stored);
    value["history"] = file
        .changes
        .iter()
        .map(|change| json!({ "at": change.at.0, "event": change.event.name(), "state": change.to.name() }))
        .collect();
    value["postings"] = file
        .postings
        .iter()
        .map(|posting| {
            let (debit, credit) = (posting.debit.name(), posting.credit.name());
            json!({ "debit": debit, "credit": credit, "amount": posting.amount.minor(), "currency": posting.amount.currency().code() })
        })
        .collect();
    value["notifications"] = file.notifications.iter().map(|known| notification::as_json(known, &[])).collect();
    value
}

fn file_text(file: &PaymentFile) -> String {
    let payment = &file.stored.payment;
    let sum = |minor| output::minor(minor, payment.amount);
    let mut lines = vec![
        format!("payment  {}", payment.id),
        format!("order    {}", payment.order),
        format!(
            "state    {}{}",
            payment.state.name(),
            if payment.terms.test { " (a test: no money moves)" } else { "" }
        ),
        format!("amount   {}", payment.amount),
        format!("captured {}", sum(payment.sums.captured)),
        format!("refunded {}", sum(payment.sums.refunded)),
        format!("created  {}", output::time(payment.created_at)),
        format!("ends     {}", output::time(payment.expires_at)),
        "history".to_owned(),
    ];
    lines.extend(
        file.changes
            .iter()
            .map(|change| format!("  {} {:<18} {}", output::time(change.at), change.event.name(), change.to.name())),
    );
    lines.push("operations".to_owned());
    lines.extend(payment.operations.iter().map(operation_text));
    lines.push("postings".to_owned());
    lines.extend(file.postings.iter().map(|posting| {
        format!("  {:>16} {} -> {}", posting.amount.to_string(), posting.debit.name(), posting.credit.name())
    }));
    lines.push("notifications".to_owned());
    lines.extend(file.notifications.iter().map(|known| format!("  {}", notification::as_text(known, &[]))));
    lines.join("\n")
}

fn operation_text(operation: &Operation) -> String {
    let (kind, amount, status) = (operation.kind.name(), operation.amount.to_string(), operation.status.name());
    let reason = operation.reason.map_or("", payglot_core::DeclineReason::name);
    format!("  {} {kind:<8} {amount:>16} {status} {reason}", operation.id).trim_end().to_owned()
}
