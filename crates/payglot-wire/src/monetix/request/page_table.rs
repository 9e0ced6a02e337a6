//! The parameters of the page with what each must look like. A wrong one that is not required is left out and asked again on the page.

use super::super::rules::Rule;

const TEXT: Rule = Rule::Text(255);
const LONG: Rule = Rule::Text(4096);
const FRAME: Rule = Rule::OneOf(&["iframe", "parent_page", "blank_page"]);
const SHOWN: Rule = Rule::OneOf(&["0", "1", "2"]);

/// Names that must be right, or the page does not open.
pub(super) const STRICT: &[&str] =
    &["project_id", "payment_id", "customer_id", "payment_amount", "payment_currency", "mode"];

/// Every documented parameter whose value has a form. What is missing here is free text.
pub(super) const TABLE: &[(&str, Rule)] = &[
    ("project_id", Rule::Int(1, 4_294_967_295)),
    ("payment_id", Rule::Filled(255)),
    ("customer_id", Rule::Filled(255)),
    ("payment_amount", Rule::Int(0, super::super::rules::AMOUNT_MAX)),
    ("payment_currency", Rule::Currency),
    ("mode", Rule::OneOf(super::page::MODES)),
    ("payment_description", TEXT),
    ("account_token", TEXT),
    ("account_number", Rule::Text(100)),
    ("account_customer_name", TEXT),
    ("addendum_data", Rule::Base64Json),
    ("best_before", Rule::DateTime),
    ("billing_country", Rule::Country),
    ("booking_info", Rule::Base64Json),
    ("card_holder", TEXT),
    ("operation_type", Rule::OneOf(&["sale", "auth"])),
    ("card_operation_type", Rule::OneOf(&["sale", "auth"])),
    ("cash_voucher_data", Rule::Base64Json),
    ("checkout_script", Rule::Flag),
    ("close_on_missclick", Rule::Flag),
    ("customer_account_info", Rule::Base64Json),
    ("customer_address", TEXT),
    ("customer_country", Rule::Country),
    ("customer_day_of_birth", Rule::Date),
    ("customer_email", Rule::Email),
    ("customer_first_name", TEXT),
    ("customer_last_name", TEXT),
    ("customer_middle_name", TEXT),
    ("customer_mpi_result", Rule::Base64Json),
    ("customer_phone", Rule::Digits(4, 24)),
    ("customer_shipping", Rule::Base64Json),
    ("customer_ssn", Rule::Digits(4, 4)),
    ("customer_street", TEXT),
    ("customer_zip", Rule::Text(10)),
    ("debt_account", Rule::Text(10)),
    ("descriptor", Rule::Text(13)),
    ("force_acs_new_window", Rule::Flag),
    ("interface_type", Rule::JsonText),
    ("language_code", Rule::Language),
    ("list_payment_block", Rule::OneOf(&["payment_method"])),
    ("merchant_callback_url", Rule::Url),
    ("merchant_success_callback_url", Rule::Url),
    ("merchant_decline_callback_url", Rule::Url),
    ("merchant_data", LONG),
    ("merchant_success_url", Rule::Url),
    ("merchant_fail_url", Rule::Url),
    ("merchant_return_url", Rule::Url),
    ("merchant_success_enabled", SHOWN),
    ("merchant_fail_enabled", SHOWN),
    ("merchant_return_enabled", SHOWN),
    ("merchant_success_redirect_mode", FRAME),
    ("merchant_fail_redirect_mode", FRAME),
    ("merchant_return_redirect_mode", FRAME),
    ("moto_type", Rule::OneOf(&["1", "2"])),
    ("payment_merchant_risk", Rule::Base64Json),
    ("payment_methods_options", Rule::JsonText),
    ("receipt_data", Rule::Base64Json),
    ("recipient_address", Rule::Text(99)),
    ("recipient_card_holder", TEXT),
    ("recipient_city", Rule::Text(25)),
    ("recipient_country", Rule::Country),
    ("recipient_wallet_id", Rule::Text(64)),
    ("recipient_wallet_owner", TEXT),
    ("sender_address", Rule::Text(99)),
    ("sender_city", Rule::Text(25)),
    ("sender_country", Rule::Country),
    ("sender_wallet_id", Rule::Text(64)),
    ("sender_zip", TEXT),
    ("recurring", Rule::JsonText),
    ("recurring_register", Rule::Flag),
    ("redirect", Rule::Flag),
    ("redirect_on_mobile", Rule::Flag),
    ("redirect_success_url", Rule::Url),
    ("redirect_fail_url", Rule::Url),
    ("redirect_return_url", Rule::Url),
    ("redirect_tokenize_url", Rule::Url),
    ("redirect_success_mode", FRAME),
    ("redirect_fail_mode", FRAME),
    ("redirect_tokenize_mode", FRAME),
    ("redirect_success_enabled", SHOWN),
    ("redirect_fail_enabled", SHOWN),
    ("region_code", Rule::Country),
    ("uuid", Rule::Text(64)),
];

/// What is read although its value has no form.
const FREE: &[&str] = &["force_payment_method", "default_payment_method", "hide"];

/// May the gateway act upon this parameter? JSON is only passed on, but for `recurring`.
pub(super) fn is_read(name: &str) -> bool {
    match rule(name) {
        Some(Rule::JsonText | Rule::Base64Json) => name == "recurring",
        Some(_) => true,
        None => FREE.contains(&name),
    }
}

/// The rule of a parameter, if it has one.
pub(in super::super) fn rule(name: &str) -> Option<Rule> {
    TABLE.iter().find(|(known, _)| *known == name).map(|&(_, rule)| rule)
}
