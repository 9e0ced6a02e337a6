//! Requests of the page that can be read in another way than they were signed.
//!
//! The vendor's text joins `name:value` with `;` and escapes neither values nor the semicolon, and it knows nested names, which the page
//! does not read. So one text belongs to many requests, and whoever holds a signed address could send another one of them. Refused is all
//! that no honest client writes: a name that is plain and has brackets, brackets on a parameter that has one value, `:` or `;` in a name,
//! and the beginning of another parameter that we read inside a value. What is left of the text's parameters is then theirs: an amount, a
//! currency or a number of a payment that was signed can be neither replaced nor left out.
//!
//! What no gateway can tell apart: a shop that signs a payer's own words with `;merchant_callback_url:https://...` in them has signed that
//! parameter too, if it did not send one itself and the order of the names allows it. Nor `;mode:payout`, which is why a project pays out on
//! its page only if it says so. A text may also end later or earlier, where a
//! parameter that we do not read stands behind it; only the number of a payment may not. Shops should replace `;` in what payers type.

use super::super::codes::Refused;
use super::super::params::{Fields, first_key};
use super::page::MODES;
use super::page_table::is_read;

/// Refuses a request whose reader and whose signature could disagree: 502 with the name of the parameter.
pub(super) fn refuse(fields: &Fields) -> Result<(), Refused> {
    if let Some(name) = fields.clash() {
        return Err(Refused::invalid(name, "sent once"));
    }
    let has_mode = fields.get("mode").is_some();
    // Below an underscore is what scripts add: it is neither signed nor read.
    let signed = fields.pairs().iter().filter(|(name, _)| !name.starts_with('_') && name != "signature");
    for (name, value) in signed {
        let first = first_key(name);
        if name.is_empty() || name.contains([':', ';']) {
            return Err(Refused::invalid(name, "a name without ':' and ';'"));
        }
        if first != name && is_read(first) {
            return Err(Refused::invalid(first, "one value"));
        }
        let carries = carries_another(value) || (!has_mode && carries_mode(value));
        if carries || name == "payment_id" && entries(value).next().is_some() {
            return Err(Refused::invalid(name, "text without another parameter in it"));
        }
    }
    Ok(())
}

/// Does a value hold `;name:` of a parameter that we read? Short words are left out: they stand in people's own lists, and hiding them
/// gains nothing.
fn carries_another(value: &str) -> bool {
    let telling = |name: &str| name.contains('_') || matches!(name, "hide" | "recurring");
    entries(value).any(|name| telling(name) && is_read(name))
}

/// Does a value hold `;mode:` with one of its words? A page that was signed to verify a card or to pay out must not open to be paid.
fn carries_mode(value: &str) -> bool {
    let entries = value.split(';').skip(1).filter_map(|entry| entry.split_once(':'));
    entries.into_iter().any(|(name, word)| name == "mode" && MODES.contains(&word))
}

/// The names of what could be parameters of their own, if the value ended before them.
fn entries(value: &str) -> impl Iterator<Item = &str> {
    value.split(';').skip(1).filter_map(|entry| entry.split_once(':')).map(|(name, _)| name)
}
