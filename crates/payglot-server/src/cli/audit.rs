//! `payglot audit`.

use super::{Where, output};
use crate::flows::audit::{Report, audit};
use crate::startup;
use clap::Args;
use serde_json::json;

/// Recomputes all balances from the postings and checks every invariant, payment by payment. Reads only; may run beside a server. Ends
/// with status 1 if anything is wrong.
#[derive(Debug, Args)]
#[command(after_help = "Example: payglot audit --data /var/lib/payglot")]
pub(super) struct Audit {
    #[command(flatten)]
    place: Where,
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let store = startup::open_store(&self.place.load()?, None)?;
        let report = audit(store.as_ref()).await?;
        if self.place.json {
            output::line(&as_json(&report));
        } else {
            output::text(&as_text(&report));
        }
        anyhow::ensure!(report.violations.is_empty(), "{} violations", report.violations.len());
        Ok(())
    }
}

fn as_json(report: &Report) -> serde_json::Value {
    let [scheduled, acknowledged, dead] = report.notifications;
    json!({
        "clean": report.violations.is_empty(),
        "payments": report.payments,
        "postings": report.postings,
        "open_operations": report.open_operations,
        "notifications": { "scheduled": scheduled, "acknowledged": acknowledged, "dead": dead },
        "balances": report.balances.iter().map(|((currency, account), minor)| {
            json!({ "currency": currency, "account": account, "minor": minor.to_string() })
        }).collect::<Vec<_>>(),
        "violations": report.violations.iter().map(|violation| {
            json!({ "payment": violation.payment, "invariant": violation.invariant, "words": violation.words })
        }).collect::<Vec<_>>(),
    })
}

fn as_text(report: &Report) -> String {
    let [scheduled, acknowledged, dead] = report.notifications;
    let mut lines = vec![
        format!(
            "{} payments, {} postings, {} operations without an answer",
            report.payments, report.postings, report.open_operations
        ),
        format!("notifications: {acknowledged} acknowledged, {scheduled} scheduled, {dead} dead"),
    ];
    let balances = report.balances.iter();
    lines.extend(balances.map(|((currency, account), minor)| format!("{currency} {account:<9} {minor:>20}")));
    let violations = report.violations.iter();
    lines.extend(violations.map(|found| format!("{} {} {}", found.invariant, found.payment, found.words)));
    lines.push(if report.violations.is_empty() { "clean" } else { "NOT CLEAN" }.to_owned());
    lines.join("\n")
}
