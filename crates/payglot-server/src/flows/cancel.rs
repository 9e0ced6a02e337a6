//! Payer or merchant gives an unpaid order up.

use super::{FlowError, announce, apply_with, load, operate, pay};
use crate::gateway::Gateway;
use crate::projects::ActiveProject;
use payglot_core::{Command, Decision, DeclineReason, PaymentId};
use payglot_store::StoredPayment;

/// Cancels; partial money goes back. `reason` says who: `CancelledByPayer` or `CancelledByMerchant`.
pub async fn cancel(gateway: &Gateway, id: PaymentId, reason: DeclineReason) -> Result<StoredPayment, FlowError> {
    let stored = pay::hear(gateway, load(gateway, id).await?).await?;
    let command = || Command::Cancel { reason, return_operation: gateway.clock.operation_id() };
    let details = |project: &ActiveProject, stored: &StoredPayment, _: &Decision| {
        Ok(Some(announce::remember_cancel(project, &stored.details, reason)))
    };
    let (stored, decision) = apply_with(gateway, stored, command, details).await?;
    match decision.ask {
        Some(operation) => Box::pin(operate::ask(gateway, stored, operation)).await,
        None => Ok(stored),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::flows::{project, register};
    use crate::projects::ProjectSettings;
    use payglot_core::{Currency, Intent, Method, Money, decide};
    use payglot_store::Commit;

    #[tokio::test]
    async fn who_decides_on_an_old_copy_does_not_bring_its_details_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { data: folder.path().to_owned(), ..Config::default() };
        let gateway = crate::startup::for_command(config).expect("a gateway");
        let (protocol, name, login) = ("rbs".to_owned(), "shop".to_owned(), "shop-api".to_owned());
        let draft = project::Draft { protocol, name, login, settings: ProjectSettings::default(), secrets: Vec::new() };
        let now = gateway.clock.now();
        let (shop, _) = project::create(gateway.store.as_ref(), &gateway.key, draft, now).await.expect("a project");
        let shop = gateway.projects.by_id(shop.id).await.expect("opened");
        let rub = |minor| Money::new(minor, Currency::RUB).expect("small");
        let order = register::Order {
            number: "1".to_owned(),
            intent: Intent::Sale,
            amount: rub(100),
            expires_at: now.plus(60_000),
            hold_end: None,
            verifies: false,
            hold_ms: None,
            attempts_max: None,
            details: "description=old".to_owned(),
        };
        let old = register::register(&gateway, &shop, order).await.expect("registered");
        let (operation, return_operation) = (gateway.clock.operation_id(), gateway.clock.operation_id());
        let command = Command::ReceiveFunds { operation, amount: rub(40), method: Method::Wallet, return_operation };
        let decision = decide(&old.payment, command, now).expect("decided");
        let details = Some("description=new".to_owned());
        let commit = Commit {
            decision,
            details,
            notifications: Vec::new(),
            binding: None,
            mandate: None,
            charge: None,
            call: None,
            lease_until: now,
        };
        gateway.store.commit(commit).await.expect("somebody was faster");
        let reason = DeclineReason::CancelledByPayer;
        let command = || Command::Cancel { reason, return_operation };
        let details = |project: &ActiveProject, stored: &StoredPayment, _: &Decision| {
            Ok(Some(announce::remember_cancel(project, &stored.details, reason)))
        };
        let (cancelled, _) = apply_with(&gateway, old, command, details).await.expect("cancelled");
        assert!(cancelled.details.contains("description=new"), "{}", cancelled.details);
    }
}
