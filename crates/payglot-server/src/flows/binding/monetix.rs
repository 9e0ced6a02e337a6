//! What a Monetix order says about saved cards. A card's token there is the binding's id without its dashes.

use super::Rules;
use crate::projects::ActiveProject;
use payglot_core::BindingId;
use payglot_store::BindingCategory;
use payglot_wire::monetix::Details;

pub(super) fn rules(project: &ActiveProject, details: &str) -> Rules {
    let details = Details::read(details);
    let offers = project.settings.monetix.saves_cards;
    Rules {
        client: details.customer().id,
        fixed: None,
        named: details.learned.named_token.as_deref().and_then(id_of),
        lists: offers,
        // Through Gate the shop says it in the payer's name.
        may_save: details.learned.saves || (offers && details.is_led_by_us()),
        must_save: details.learned.saves && !details.is_led_by_us(),
        keeps: details.registers().is_some(),
        category: BindingCategory::Common,
    }
}

/// Whether the payer wanted the card of the attempt saved, or the shop in the payer's name.
pub(super) fn wants_saved(details: &str) -> bool {
    Details::read(details).learned.saves
}

pub(super) fn remember(details: &str, id: Option<BindingId>) -> Option<String> {
    let mut read = Details::read(details);
    let token = id.map(token_of);
    if read.learned.token == token {
        return None;
    }
    read.learned.token = token;
    Some(read.to_text())
}

/// What a shop calls a saved card.
pub fn token_of(id: BindingId) -> String {
    id.to_string().replace('-', "")
}

/// The saved card that a shop calls so; `None` for what is no token.
pub fn id_of(token: &str) -> Option<BindingId> {
    let hex = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(token, 16).ok().filter(|_| hex)?;
    Some(BindingId::from_bytes(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_an_id_without_its_dashes() {
        let id = BindingId::from_bytes([0xAB; 16]);
        assert_eq!(token_of(id), "ab".repeat(16));
        assert_eq!(id_of(&token_of(id)), Some(id));
        for wrong in ["", "ab", &id.to_string(), &"+".repeat(32), &"zz".repeat(16)] {
            assert_eq!(id_of(wrong), None, "{wrong}");
        }
    }
}
