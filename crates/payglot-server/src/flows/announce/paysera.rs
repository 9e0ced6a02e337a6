//! Paysera callbacks.

use super::{Call, FACTS, NoSignature};
use crate::flows::again;
use crate::flows::learn::Facts;
use crate::gateway::Gateway;
use crate::keys::KeyError;
use crate::projects::{ActiveProject, methods};
use crate::secrets::{self, RsaError, RsaPrivateKey};
use crate::upstream::sandbox::persons::Particulars;
use payglot_core::outbox::Acknowledgement;
use payglot_core::{Decision, Event, OperationKind, Payment, State, UnixMillis};
use payglot_wire::paysera::micro::{self, Kept};
use payglot_wire::paysera::{self, CallbackSettings, Details, PersonCode, Signer, Status, legacy, signature};
use std::sync::Arc;

/// What signs, or encrypts, the callbacks of one decision: fetched before, because it waits for the store.
pub(crate) struct Seal {
    key: Arc<RsaPrivateKey>,
    ivs: Vec<[u8; 12]>,
}

impl Seal {
    /// Enough for `calls` calls.
    pub(crate) async fn fetch(gateway: &Gateway, calls: usize, now: UnixMillis) -> Result<Self, KeyError> {
        let key = gateway.keys.signing(now).await?;
        let fresh = || secrets::random().map_err(|error| KeyError::Unusable(error.to_string()));
        Ok(Self { key, ivs: (0..calls).map(|_| fresh()).collect::<Result<_, _>>()? })
    }
}

pub(super) fn calls(
    project: &ActiveProject,
    details: &str,
    decision: &Decision,
    seal: &Seal,
) -> Result<Vec<Call>, NoSignature> {
    let settings = project.paysera_callbacks().ok_or(NoSignature::NoKey("sign_password"))?;
    if let Some(message) = Kept::read(details) {
        return message_calls(&message, decision, &settings, seal);
    }
    let (payment, details) = as_told(&decision.payment, details);
    let mut calls = Vec::new();
    for (announcement, iv) in decision.announcements.iter().zip(&seal.ivs) {
        let signer = Signer { key: &seal.key, iv: *iv };
        let call = paysera::callback(announcement, &payment, &details, &settings, signer)?;
        calls.extend(call.map(|call| (announcement.event.name(), call)));
    }
    Ok(calls)
}

/// A shop is told of a message once: when it is paid. What becomes of the money later has no words there.
fn message_calls(
    message: &Kept,
    decision: &Decision,
    settings: &CallbackSettings,
    seal: &Seal,
) -> Result<Vec<Call>, NoSignature> {
    let paid = |event: Event| matches!(event, Event::Captured | Event::PaidLate);
    let told = decision.announcements.iter().zip(&seal.ivs).find(|(announcement, _)| paid(announcement.event));
    let Some((announcement, iv)) = told else { return Ok(Vec::new()) };
    let call = micro::callback(message, settings, Signer { key: &seal.key, iv: *iv })?;
    Ok(vec![(announcement.event.name(), call)])
}

/// What acknowledges the calls of a payment: of a message, also the word that nothing is answered now, or that a link is.
pub(super) fn acknowledgement(details: &str) -> Acknowledgement {
    match Kept::read(details) {
        Some(_) => Acknowledgement::AnyWord(micro::ACKNOWLEDGED_BY.map(str::to_owned).to_vec()),
        None => Acknowledgement::Word("OK".to_owned()),
    }
}

/// The payment and what is known of it, as the shop is told: its own order number, and the method that was really taken.
pub(crate) fn as_told(payment: &Payment, details: &str) -> (Payment, Details) {
    let mut details = Details::read(details);
    let taken = payment.approved(OperationKind::Sale).last().or(payment.last_attempt());
    if let Some(key) = taken.and_then(|attempt| attempt.method_key.clone()) {
        details.learned.method = Some(key);
    }
    let countries = details.method().and_then(methods::find).map(|method| method.countries).unwrap_or_default();
    if let [only] = countries {
        details.learned.method_country = Some((*only).to_owned()).filter(|code| code != "other");
    }
    let payment = Payment { order: again::own_number(payment).to_owned(), ..payment.clone() };
    (payment, details)
}

/// The details with what became known; `None` before the payment was reported, because then the report itself tells it.
pub(super) fn with_facts(payment: &Payment, details: &str, facts: &Facts) -> Option<String> {
    let reported = payment.state == State::Paid && Kept::read(details).is_none();
    let mut details = Details::read(details);
    let learned = &mut details.learned;
    learned.personcode = match facts.person {
        Some(true) => PersonCode::Matches,
        Some(false) => PersonCode::Differs,
        None => PersonCode::Unknown,
    };
    for (slot, fact) in [
        (&mut learned.name, &facts.name),
        (&mut learned.surname, &facts.surname),
        (&mut learned.account, &facts.account),
    ] {
        if fact.is_some() {
            slot.clone_from(fact);
        }
    }
    reported.then(|| details.to_text())
}

/// The details with what the bank tells of its payer. Whether it is the one whose national number the shop sent is known at once then.
pub(super) fn remember_payer(details: &str, told: Particulars) -> Option<String> {
    if told == Particulars::default() {
        return None;
    }
    let mut details = Details::read(details);
    let sent = details.get("personcode").map(str::to_owned);
    let learned = &mut details.learned;
    learned.unconfirmed = told.unconfirmed;
    if let Some(person) = told.person {
        learned.name = Some(person.name.to_owned());
        learned.surname = Some(person.surname.to_owned());
        learned.account = Some(person.account.to_owned());
        if let Some(sent) = sent {
            let same = sent.trim() == person.national_number;
            learned.personcode = if same { PersonCode::Matches } else { PersonCode::Differs };
        }
    }
    Some(details.to_text())
}

/// The details of a payment whose place another one takes.
pub(super) fn remember_superseded(details: &str) -> String {
    let mut details = Details::read(details);
    details.learned.superseded = true;
    details.to_text()
}

/// Is it a test payment?
pub(super) fn is_test(details: &str) -> bool {
    Kept::read(details).map_or_else(|| Details::read(details).is_test(), |kept| kept.message.test)
}

/// The callback with status 3.
pub(super) fn fact_calls(
    project: &ActiveProject,
    payment: &Payment,
    details: &str,
    seal: &Seal,
) -> Result<Vec<Call>, NoSignature> {
    let settings = project.paysera_callbacks().ok_or(NoSignature::NoKey("sign_password"))?;
    let (payment, details) = as_told(payment, details);
    let Some(iv) = seal.ivs.first() else { return Ok(Vec::new()) };
    let signer = Signer { key: &seal.key, iv: *iv };
    let call = paysera::notification::call(Status::Additional, None, &payment, &details, &settings, signer)?;
    Ok(call.map(|call| (FACTS, call)).into_iter().collect())
}

/// What the payer carries back to the shop.
pub(crate) fn result(
    payment: &Payment,
    details: &Details,
    settings: &CallbackSettings,
    seal: &Seal,
) -> Result<Option<Vec<(String, String)>>, NoSignature> {
    let Some(iv) = seal.ivs.first() else { return Ok(None) };
    Ok(paysera::accept_fields(payment, details, settings, Signer { key: &seal.key, iv: *iv })?)
}

/// The address of a call with its RSA signatures made anew; all else stays as it is.
pub(crate) fn sign_address_anew(url: &str, key: &RsaPrivateKey) -> Result<String, RsaError> {
    let (rest, fragment) = url.split_once('#').map_or((url, None), |(rest, fragment)| (rest, Some(fragment)));
    let Some((path, query)) = rest.split_once('?') else { return Ok(url.to_owned()) };
    let signed = format!("{path}?{}", sign_form_anew(query, key)?);
    Ok(fragment.map_or(signed.clone(), |fragment| format!("{signed}#{fragment}")))
}

/// The same of a form. An encrypted one has no such signature and stays as it is.
pub(crate) fn sign_form_anew(form: &str, key: &RsaPrivateKey) -> Result<String, RsaError> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let data = pairs.iter().rev().find(|(name, _)| name == "data").map(|(_, value)| value.as_str()).unwrap_or_default();
    // Before version 1.6: over every parameter but the signatures that came later.
    let of_old = |name: &str| name.starts_with("wp_") && name != "wp__ss2" && name != "wp__ss1v2";
    let old = || pairs.iter().filter(|(name, _)| of_old(name)).map(|(_, value)| value.as_str());
    let mut parts = Vec::new();
    for part in form.split('&') {
        let name = part.split('=').next().unwrap_or_default();
        let fresh = match name {
            "ss2" => Some(signature::ss2(data, key)?),
            "ss3" => Some(signature::ss3(data, key)?),
            "wp__ss2" => Some(legacy::ss2(key, old())?),
            _ => None,
        };
        let escaped = |value: String| form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>();
        parts.push(fresh.map_or(part.to_owned(), |value| format!("{name}={}", escaped(value))));
    }
    Ok(parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("../../../../payglot-wire/src/paysera/vectors/key.pem");
    const CALLBACKS: &str = include_str!("../../../../payglot-wire/src/paysera/vectors/callbacks.txt");

    #[test]
    fn with_the_same_key_a_call_stays_as_it_was() {
        let key = RsaPrivateKey::from_pem(KEY).expect("a key");
        let mut tried = 0;
        for url in CALLBACKS.split_whitespace().filter(|word| word.starts_with("https://") && word.contains("ss2=")) {
            assert_eq!(sign_address_anew(url, &key).as_deref(), Ok(url));
            let form = url.split_once('?').map_or("", |(_, query)| query);
            assert_eq!(sign_form_anew(form, &key).as_deref(), Ok(form));
            let with_fragment = format!("{url}#end");
            assert_eq!(sign_address_anew(&with_fragment, &key), Ok(with_fragment.clone()));
            tried += 1;
        }
        assert!(tried > 0);
        let encrypted = "https://shop.test/?data=abc";
        assert_eq!(sign_address_anew(encrypted, &key).as_deref(), Ok(encrypted));
    }
}
