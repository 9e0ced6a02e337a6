//! `orderBundle`, the cart: checked where its numbers must agree with each other and with the order, kept as it was sent.

use crate::rbs::codes::Refused;
use crate::text::json::Json;
use std::collections::HashSet;

fn invalid(name: &str) -> Refused {
    Refused::ParameterInvalid(name.to_owned())
}

/// Checks the cart of an order of `amount` minor units.
pub(super) fn check(bundle: &Json, amount: i64) -> Result<(), Refused> {
    if bundle.members().is_none() {
        return Err(invalid("orderBundle"));
    }
    if let Some(customer) = bundle.get("customerDetails") {
        check_customer(customer)?;
    }
    let Some(cart) = bundle.get("cartItems") else { return Ok(()) };
    let items = cart.get("items").and_then(Json::items).ok_or_else(|| invalid("cartItems"))?;
    let (mut positions, mut codes) = (HashSet::new(), HashSet::new());
    let mut sum: i64 = 0;
    for item in items {
        let position = item.get("positionId").map(Json::plain).unwrap_or_default();
        if !(1..=12).contains(&position.chars().count()) || !positions.insert(position) {
            return Err(invalid("positionId"));
        }
        if let Some(code) = item.get("itemCode").map(Json::plain)
            && (code.chars().count() > 100 || !codes.insert(code))
        {
            return Err(invalid("itemCode"));
        }
        check_texts(item)?;
        sum = sum.checked_add(item_amount(item)?).ok_or_else(|| invalid("itemAmount"))?;
    }
    if items.is_empty() || sum == amount { Ok(()) } else { Err(invalid("itemAmount")) }
}

fn check_customer(customer: &Json) -> Result<(), Refused> {
    for (name, max) in [("email", 40), ("fullName", 100)] {
        if customer.get(name).is_some_and(|value| value.plain().chars().count() > max) {
            return Err(invalid(name));
        }
    }
    let inn = customer.get("inn").map(Json::plain).filter(|inn| !inn.is_empty());
    let wrong = inn.is_some_and(|inn| !matches!(inn.len(), 10 | 12) || !inn.bytes().all(|byte| byte.is_ascii_digit()));
    if wrong { Err(invalid("inn")) } else { Ok(()) }
}

fn check_texts(item: &Json) -> Result<(), Refused> {
    let measure = item.get("quantity").and_then(|quantity| quantity.get("measure"));
    if measure.is_some_and(|measure| measure.plain().chars().count() > 20) {
        return Err(invalid("measure"));
    }
    if item.get("name").is_some_and(|name| name.plain().chars().count() > 100) {
        return Err(invalid("name"));
    }
    let currency = item.get("itemCurrency").map(Json::plain);
    if currency.is_some_and(|number| super::currency(&number).is_none()) {
        return Err(invalid("itemCurrency"));
    }
    let tax = item.get("tax").and_then(|tax| tax.get("taxType"));
    if tax.is_some_and(|tax| !tax.int().is_some_and(|tax| (0..100).contains(&tax))) {
        return Err(invalid("taxType"));
    }
    Ok(())
}

/// The amount of one item: as sent, or price times quantity. If both are sent they must agree to the minor unit.
pub(in crate::rbs) fn item_amount(item: &Json) -> Result<i64, Refused> {
    let number = |name: &str, max: i64| match item.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => value.int().filter(|value| (0..max).contains(value)).map(Some).ok_or_else(|| invalid(name)),
    };
    let amount = number("itemAmount", 1_000_000_000_000)?;
    let price = number("itemPrice", 1_000_000_000_000_000_000)?;
    let Some(price) = price else { return amount.ok_or_else(|| invalid("itemAmount")) };
    let quantity = item.get("quantity").and_then(|quantity| quantity.get("value")).map(Json::plain);
    let thousandths = quantity.and_then(|text| thousandths(&text)).ok_or_else(|| invalid("quantity"))?;
    let product = i128::from(price) * i128::from(thousandths);
    match amount {
        // A fraction of a minor unit may have been rounded either way by the shop.
        Some(amount) if (product - i128::from(amount) * 1000).abs() < 1000 => Ok(amount),
        Some(_) => Err(invalid("itemAmount")),
        None => i64::try_from(product / 1000).map_err(|_| invalid("itemPrice")),
    }
}

/// A quantity of at most three decimals, in thousandths.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<3}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(items: &str, amount: i64) -> Result<(), Refused> {
        check(&Json::read(&format!(r#"{{"cartItems":{{"items":[{items}]}}}}"#)).expect("valid JSON"), amount)
    }

    #[test]
    fn sums_must_agree() {
        let two = r#"{"positionId":1,"name":"чай","quantity":{"value":2,"measure":"шт"},"itemAmount":1000,"itemPrice":500},
            {"positionId":"2","quantity":{"value":"0.333"},"itemPrice":"1000"}"#;
        assert_eq!(judge(two, 1333), Ok(()));
        assert_eq!(judge(two, 1334), Err(invalid("itemAmount")));
        assert_eq!(
            judge(r#"{"positionId":1,"itemAmount":7,"itemPrice":5,"quantity":{"value":1}}"#, 7),
            Err(invalid("itemAmount"))
        );
        assert_eq!(judge(r#"{"positionId":1,"itemPrice":5,"quantity":{"value":1.0001}}"#, 5), Err(invalid("quantity")));
        assert_eq!(judge(r#"{"positionId":1,"itemAmount":-5}"#, 5), Err(invalid("itemAmount")));
        assert_eq!(judge(r#"{"itemAmount":5}"#, 5), Err(invalid("positionId")));
        assert_eq!(
            judge(r#"{"positionId":1,"itemAmount":2},{"positionId":"1","itemAmount":3}"#, 5),
            Err(invalid("positionId"))
        );
        assert_eq!(check(&Json::Text("x".to_owned()), 5), Err(invalid("orderBundle")));
        assert_eq!(check(&Json::Object(Vec::new()), 5), Ok(()));
    }
}
