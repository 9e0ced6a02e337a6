//! The addresses of Gate.

/// What a Gate address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Charge at once.
    Sale,
    /// Hold.
    Auth,
    /// Take out of a hold.
    Capture,
    /// Release a hold.
    Cancel,
    /// Give back.
    Refund,
    /// Pay out.
    Payout,
    /// Charge an instrument that was registered earlier.
    Recurring,
    /// Change the terms of such a registration.
    RecurringUpdate,
    /// End it.
    RecurringCancel,
    /// What it is.
    RecurringInfo,
    /// Verify a card without charging it.
    Verification,
    /// More data, as a callback asked.
    Clarification,
    /// The payer has confirmed.
    Confirm,
    /// The hidden frame of 3-D Secure 2 is done.
    ThreeDsFrame,
    /// The payer came back from 3-D Secure.
    ThreeDsResult,
    /// Where a payment stands.
    Status,
    /// Where the payment of one request stands.
    StatusByRequest,
    /// Makes a link to pay by.
    InvoiceCreate,
    /// Withdraws it.
    InvoiceCancel,
    /// Which methods the project has.
    Methods,
    /// Which banks a method has.
    Banks,
    /// What a saved card looks like.
    CardByToken,
    /// Save a card.
    Tokenize,
    /// Forget a saved card.
    RevokeToken,
    /// What a payer has saved.
    SavedAccounts,
    /// Forget something of it.
    DeleteSavedAccount,
}

/// An endpoint and the payment method in its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What is asked for.
    pub endpoint: Endpoint,
    /// `webmoney`, `card`, `wallet/paypal`; `None` where the address names none.
    pub method: Option<String>,
    /// Is the instrument one that was saved earlier (`/saved`, `/token`)?
    pub saved: bool,
}

const FIXED: &[(&str, Endpoint)] = &[
    ("payment/status", Endpoint::Status),
    ("payment/status/request", Endpoint::StatusByRequest),
    ("payment/invoice/create", Endpoint::InvoiceCreate),
    ("payment/invoice/cancel", Endpoint::InvoiceCancel),
    ("payment/card/3ds_check_iframe", Endpoint::ThreeDsFrame),
    ("payment/card/3ds_result", Endpoint::ThreeDsResult),
    ("payment/clarification", Endpoint::Clarification),
    ("payment/customer/confirm", Endpoint::Confirm),
    ("customer/card/bytoken", Endpoint::CardByToken),
    ("customer/card/tokenize", Endpoint::Tokenize),
    ("customer/card/token/revoke", Endpoint::RevokeToken),
    ("customer/saved_account/list", Endpoint::SavedAccounts),
    ("customer/saved_account/delete", Endpoint::DeleteSavedAccount),
    ("info/available_methods_for_merchant/list", Endpoint::Methods),
];

const VERBS: &[(&str, Endpoint)] = &[
    ("sale", Endpoint::Sale),
    ("auth", Endpoint::Auth),
    ("capture", Endpoint::Capture),
    ("cancel", Endpoint::Cancel),
    ("refund", Endpoint::Refund),
    ("payout", Endpoint::Payout),
    ("recurring", Endpoint::Recurring),
    ("status", Endpoint::Status),
];

/// Below a method, or without one.
const OF_REGISTRATIONS: &[(&str, Endpoint)] = &[
    ("recurring/update", Endpoint::RecurringUpdate),
    ("recurring/cancel", Endpoint::RecurringCancel),
    ("recurring/info", Endpoint::RecurringInfo),
];

impl Endpoint {
    /// By the path below `/v2/`: `payment/webmoney/sale`. A method may have several segments, and follow-ups need none, because some
    /// clients refund everything through `payment/card/refund` or `payment/refund`. `None` for a path that we do not serve.
    pub fn route(path: &str) -> Option<Route> {
        let path = path.trim_matches('/');
        if let Some(&(_, endpoint)) = FIXED.iter().find(|(known, _)| *known == path) {
            return Some(Route { endpoint, method: None, saved: false });
        }
        if let Some(rest) = path.strip_prefix("info/banks/") {
            let (method, _operation) = rest.strip_suffix("/list")?.rsplit_once('/')?;
            return Some(Route { endpoint: Self::Banks, method: Some(method.to_owned()), saved: false });
        }
        let rest = path.strip_prefix("payment/")?;
        for &(end, endpoint) in OF_REGISTRATIONS {
            let method = rest.strip_suffix(end).and_then(|before| before.strip_suffix('/'));
            if rest == end || method.is_some_and(|method| !method.is_empty()) {
                return Some(Route { endpoint, method: method.map(str::to_owned), saved: false });
            }
        }
        let plain = rest.strip_suffix("/saved").or_else(|| rest.strip_suffix("/token"));
        if plain.unwrap_or(rest) == "card/account_verification" {
            let method = Some("card".to_owned());
            return Some(Route { endpoint: Self::Verification, method, saved: plain.is_some() });
        }
        let (method, verb) = plain.unwrap_or(rest).rsplit_once('/').unwrap_or(("", plain.unwrap_or(rest)));
        let &(_, endpoint) = VERBS.iter().find(|(known, _)| *known == verb)?;
        let method = (!method.is_empty()).then(|| method.to_owned());
        (method.is_some() || endpoint.follows_up()).then_some(Route { endpoint, method, saved: plain.is_some() })
    }

    /// Is it about a payment that must exist already, whatever method the address names?
    pub const fn follows_up(self) -> bool {
        matches!(self, Self::Capture | Self::Cancel | Self::Refund)
    }

    /// Must a call name a payment?
    pub const fn needs_payment_id(self) -> bool {
        let of_customer = matches!(
            self,
            Self::CardByToken | Self::Tokenize | Self::RevokeToken | Self::SavedAccounts | Self::DeleteSavedAccount
        );
        !(of_customer || self.is_flat() || matches!(self, Self::RecurringInfo))
    }

    /// Do project and signature stand at the top of the body instead of in `general`?
    pub const fn is_flat(self) -> bool {
        matches!(self, Self::StatusByRequest | Self::Methods | Self::Banks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_routed() {
        let of =
            |path| Endpoint::route(path).map(|route| (route.endpoint, route.method.unwrap_or_default(), route.saved));
        let route = |endpoint, method: &str, saved| Some((endpoint, method.to_owned(), saved));
        assert_eq!(of("payment/webmoney/sale"), route(Endpoint::Sale, "webmoney", false));
        assert_eq!(of("payment/wallet/paypal/refund"), route(Endpoint::Refund, "wallet/paypal", false));
        assert_eq!(of("payment/refund"), route(Endpoint::Refund, "", false));
        assert_eq!(of("payment/card/sale/token"), route(Endpoint::Sale, "card", true));
        assert_eq!(of("payment/webmoney/status"), route(Endpoint::Status, "webmoney", false));
        assert_eq!(of("payment/status"), route(Endpoint::Status, "", false));
        assert_eq!(of("payment/card/recurring"), route(Endpoint::Recurring, "card", false));
        assert_eq!(of("payment/card/recurring/update"), route(Endpoint::RecurringUpdate, "card", false));
        assert_eq!(of("payment/recurring/cancel"), route(Endpoint::RecurringCancel, "", false));
        assert_eq!(of("payment/wallet/paypal/recurring/info"), route(Endpoint::RecurringInfo, "wallet/paypal", false));
        assert_eq!(of("payment/card/account_verification"), route(Endpoint::Verification, "card", false));
        assert_eq!(of("payment/card/account_verification/saved"), route(Endpoint::Verification, "card", true));
        assert_eq!(of("payment/customer/confirm"), route(Endpoint::Confirm, "", false));
        assert_eq!(of("customer/card/token/revoke"), route(Endpoint::RevokeToken, "", false));
        assert_eq!(of("payment/status/request/"), route(Endpoint::StatusByRequest, "", false));
        assert_eq!(
            of("info/banks/online-banking/ideal/sale/list"),
            route(Endpoint::Banks, "online-banking/ideal", false)
        );
        for unknown in [
            "",
            "payment",
            "payment/sale",
            "payment/card",
            "payment/card/steal",
            "info/banks/x/list",
            "sale",
            "payment/webmoney/account_verification",
            "payment/account_verification",
            "payment/card/merchant_auth",
            "payment/card/account_verification/merchant_auth",
            "payment/xrecurring/info",
            "payment/recurring/pause",
            "customer/card",
            "customer/saved_account/list/all",
        ] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }
}
