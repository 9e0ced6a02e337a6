//! `paytext`: the purpose of a payment, with placeholders.

use super::language::Language;

/// The purpose that the payer and the bank see. A text of the shop counts only if it names the order and whom it is paid to; otherwise,
/// and without one, it is the default text of the language: Lithuanian, Russian, or English for every other.
pub fn resolve(text: Option<&str>, language: Language, order_id: &str, site_name: &str, owner_name: &str) -> String {
    let template = text.filter(|text| is_complete(text)).unwrap_or_else(|| default(language));
    // One pass, so that an order number that looks like a placeholder stays what it is.
    let mut out = String::with_capacity(template.len() + 40);
    let mut rest = template;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let known = [("[order_nr]", order_id), ("[site_name]", site_name), ("[owner_name]", owner_name)];
        if let Some((placeholder, value)) = known.iter().find(|(placeholder, _)| from.starts_with(placeholder)) {
            out.push_str(value);
            rest = &from[placeholder.len()..];
        } else {
            out.push('[');
            rest = &from[1..];
        }
    }
    out + rest
}

fn is_complete(text: &str) -> bool {
    text.contains("[order_nr]") && (text.contains("[site_name]") || text.contains("[owner_name]"))
}

/// The Lithuanian text is the one of genuine callbacks, the English one that of the manual; the Russian one is ours.
fn default(language: Language) -> &'static str {
    match language.two() {
        "lt" => "Užsakymo nr: [order_nr] [site_name] projekte. (Pardavėjas: [owner_name])",
        "ru" => "Заказ № [order_nr] на [site_name]. (Продавец: [owner_name])",
        _ => "Payment for goods and services (for nb. [order_nr]) ([site_name])",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: Option<&str>, language: Language) -> String {
        resolve(text, language, "1001", "shop.test", "UAB Pavyzdys")
    }

    #[test]
    fn a_complete_text_is_filled_in() {
        let full = "Nr. [order_nr], [site_name], [owner_name] [order_nr] [other] [";
        assert_eq!(text(Some(full), Language::LIT), "Nr. 1001, shop.test, UAB Pavyzdys 1001 [other] [");
    }

    #[test]
    fn an_incomplete_text_gives_way_to_the_default() {
        let lithuanian = "Užsakymo nr: 1001 shop.test projekte. (Pardavėjas: UAB Pavyzdys)";
        for incomplete in [None, Some("x"), Some("[order_nr]"), Some("[site_name] [owner_name]")] {
            assert_eq!(text(incomplete, Language::LIT), lithuanian);
        }
        let english = "Payment for goods and services (for nb. 1001) (shop.test)";
        assert_eq!(text(None, Language::ENG), english);
        assert_eq!(text(None, Language::from_code("pol").expect("Polish")), english);
        assert_eq!(text(None, Language::RUS), "Заказ № 1001 на shop.test. (Продавец: UAB Pavyzdys)");
    }

    #[test]
    fn values_are_not_read_again() {
        let read = resolve(Some("[order_nr]/[site_name]"), Language::ENG, "[site_name]", "[order_nr]", "");
        assert_eq!(read, "[site_name]/[order_nr]");
    }
}
