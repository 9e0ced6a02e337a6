//! What is told of saved cards and mandates, which are no part of a payment's history.

use super::*;
use payglot_core::{BindingId, CardBrand, CardFacts, ProjectId};
use payglot_store::{Binding, BindingCategory, BindingChange, Mandate, MandateChange, NewBinding};

fn card() -> CardFacts {
    CardFacts {
        masked: "411111**1111".to_owned(),
        expiry: 203_412,
        holder: "CARD HOLDER".to_owned(),
        brand: CardBrand::Visa,
    }
}

fn mandate(project: ProjectId, payment: PaymentId) -> Mandate {
    Mandate {
        project,
        number: 1,
        payment,
        client: String::new(),
        token: "token".to_owned(),
        card: card(),
        currency: Currency::RUB,
        terms: String::new(),
        valid_until: NOW,
        active: true,
        charges: 0,
        charged_at: None,
        charged_for: None,
        next_charge_at: None,
        created_at: NOW,
        version: 0,
    }
}

fn binding(project: ProjectId) -> Binding {
    Binding {
        id: BindingId::from_bytes([5; 16]),
        project,
        client: "client".to_owned(),
        token: "token".to_owned(),
        card: card(),
        category: BindingCategory::Common,
        active: true,
        payment: None,
        created_at: NOW,
    }
}

impl World {
    fn told(&mut self, event: &str) -> Vec<NewNotification> {
        vec![call(NotificationId::from_bytes(*self.fresh().as_bytes()), event)]
    }

    /// The payment is paid and makes this mandate.
    async fn makes(&mut self, mandate: &Mandate) {
        let operation = self.fresh();
        let (method, method_key, card) = (Method::Card, None, Some(card()));
        let attempt = Command::StartAttempt { operation, method, method_key, card, payer_ip: None };
        let decision = decide(&self.payment, attempt, NOW).expect("decided");
        self.payment = decision.payment.clone();
        let commit = Commit {
            decision,
            details: None,
            notifications: Vec::new(),
            binding: None,
            mandate: Some(mandate.clone()),
            charge: None,
            call: None,
            lease_until: NOW,
        };
        self.store.commit(commit).await.expect("committed");
        self.approve(operation).await;
    }
}

#[tokio::test]
async fn what_is_told_of_saved_cards_and_mandates_is_no_history_of_a_payment() {
    let mut world = World::begin(Intent::Sale, Terms::default()).await;
    let project = world.payment.project;
    let seen = mandate(project, world.payment.id);
    world.makes(&seen).await;
    let change = MandateChange {
        seen,
        active: false,
        terms: String::new(),
        valid_until: NOW,
        next_charge_at: None,
        call: None,
        notifications: world.told(MANDATE_CHANGED),
        lease_until: NOW,
    };
    world.store.change_mandate(change).await.expect("changed");
    let (seen, notifications) = (binding(project), world.told(BINDING_CREATED));
    let new = NewBinding { binding: seen.clone(), notifications, lease_until: NOW };
    world.store.create_binding(new).await.expect("created");
    let (expiry, notifications) = (seen.card.expiry, world.told(BINDING_CHANGED));
    let change = BindingChange { seen, active: false, expiry, notifications, lease_until: NOW };
    world.store.change_binding(change).await.expect("changed");
    let report = audit(&world.store).await.expect("audited");
    assert_eq!((report.notifications, report.violations), ([5, 0, 0], Vec::new()));
    // A mandate has a payment, so nothing is told of it alone.
    refuse(&mut world, MANDATE_CHANGED).await;
    let report = audit(&world.store).await.expect("audited");
    let found: Vec<_> = report.violations.iter().map(|found| (found.invariant, found.payment.as_str())).collect();
    assert_eq!(found, vec![("I4", "")]);
}
