//! What the shop believes about an order: from the last status answer or proven callback.

/// How an order stands in the shop's eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The gateway is being asked to register it.
    Fresh,
    /// The gateway refused to register it: the code, with the protocol's name for it, and its words.
    Refused { code: String, message: String },
    /// The gateway did not answer, or not in the protocol: in words.
    Unreachable(String),
    /// Asked for; the gateway, the payer or the payer's bank has yet to do something: in words.
    Waiting(&'static str),
    /// Registered, nothing paid yet. The words of the last refused attempt, if there was one.
    Open { last_refusal: Option<String> },
    /// The money is reserved on the card.
    Held,
    /// The money is captured.
    Paid,
    /// A hold or a payment was given back before settlement.
    Reversed,
    /// Some or all of it was refunded.
    Refunded,
    /// Finally not paid; the gateway's words, maybe none.
    Declined(String),
}

impl Standing {
    /// What `orderStatus` says, with `actionCode` and its description to tell refusals apart.
    pub(super) fn of_status(status: i64, action_code: i64, description: &str) -> Option<Self> {
        /// The gateway's word for "nothing was tried yet".
        const NO_ATTEMPT: i64 = -100;
        let refusal = || (!matches!(action_code, 0 | NO_ATTEMPT)).then(|| described(action_code, description));
        Some(match status {
            0 | 5 | 7 => Self::Open { last_refusal: refusal() },
            1 => Self::Held,
            2 | 8 => Self::Paid,
            3 => Self::Reversed,
            4 => Self::Refunded,
            6 => Self::Declined(refusal().unwrap_or_default()),
            _ => return None,
        })
    }

    /// What a proven callback says; nothing for operations that are not about the money of an order.
    pub(super) fn of_callback(operation: &str, succeeded: bool) -> Option<Self> {
        match (operation, succeeded) {
            ("approved", true) => Some(Self::Held),
            ("deposited", true) => Some(Self::Paid),
            ("reversed", true) => Some(Self::Reversed),
            ("refunded", true) => Some(Self::Refunded),
            ("approved" | "deposited", false) => Some(Self::Declined(String::new())),
            // The protocol gives the status of this one no meaning.
            ("declinedByTimeout", _) => Some(Self::Declined("The time to pay ran out.".to_owned())),
            _ => None,
        }
    }

    /// May the payer still pay?
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Fresh | Self::Waiting(_) | Self::Open { .. } => true,
            Self::Refused { .. }
            | Self::Unreachable(_)
            | Self::Held
            | Self::Paid
            | Self::Reversed
            | Self::Refunded
            | Self::Declined(_) => false,
        }
    }

    /// Does the protocol announce this state with a callback?
    pub(super) fn is_announced(&self) -> bool {
        match self {
            Self::Held | Self::Paid | Self::Reversed | Self::Refunded | Self::Declined(_) => true,
            Self::Fresh | Self::Waiting(_) | Self::Open { .. } | Self::Refused { .. } | Self::Unreachable(_) => false,
        }
    }

    /// The belief after hearing `news`: a callback knows less than a status answer, so it does not wipe out the reason of a refusal.
    pub(super) fn after(self, news: Self) -> Self {
        match (&self, &news) {
            (Self::Declined(reason), Self::Declined(less)) if less.is_empty() && !reason.is_empty() => self,
            _ => news,
        }
    }
}

fn described(code: i64, description: &str) -> String {
    if description.is_empty() { format!("actionCode {code}") } else { format!("{description} (actionCode {code})") }
}
