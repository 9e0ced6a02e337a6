//! The family of answers to a payment by card: `paymentorder.do`, `paymentOrderBinding.do`, `processform.do`, and what ends 3-D Secure.
//! `errorCode` is a number here, and stays 0 when the bank refuses.

use super::answer;
use crate::raw::Reply;
use crate::rbs::codes::action::{self, BuyerText};
use crate::rbs::language::Language;
use crate::text::json::JsonObject;

/// What came of a payment, for the merchant's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentAnswer {
    /// Paid or held.
    Paid {
        /// Where the browser goes, if the merchant named a place.
        redirect: Option<String>,
        /// Was it 3-D Secure 2?
        version_2: bool,
    },
    /// The bank has not answered in time; the shop must ask for the status.
    Unanswered {
        /// Where the browser goes.
        redirect: Option<String>,
    },
    /// Refused.
    Refused {
        /// `actionCode`.
        code: i32,
        /// Where the browser goes; `None` while the payer may try again on the page it is on.
        redirect: Option<String>,
        /// Was it 3-D Secure 2?
        version_2: bool,
    },
    /// 3-D Secure 1: the browser posts this to the bank.
    PaReq {
        /// The bank.
        acs_url: String,
        /// The message.
        pa_req: String,
        /// Where the bank posts its answer.
        term_url: String,
    },
    /// 3-D Secure 2, the first call: the browser posts this in a hidden frame, then the call is repeated.
    Method {
        /// `threeDSServerTransId`.
        transaction: String,
        /// The bank's address.
        url: String,
        /// The address of the gateway's own look.
        url_server: String,
        /// The message.
        data: String,
    },
    /// 3-D Secure 2, the second call: the browser posts this to the bank.
    CReq {
        /// The bank.
        acs_url: String,
        /// The message.
        packed: String,
    },
}

impl PaymentAnswer {
    /// The answer.
    pub fn reply(&self, language: Language) -> Reply {
        answer(&self.object(language))
    }

    /// What a payer is told while the browser moves on; nothing at the first step of 3-D Secure 2, which is not seen.
    pub(super) fn info(&self, language: Language) -> Option<String> {
        match self {
            Self::Paid { .. } | Self::PaReq { .. } | Self::CReq { .. } => Some(BuyerText::M0.info(language)),
            Self::Unanswered { .. } => Some(BuyerText::M7.info(language)),
            Self::Refused { code, .. } => Some(action::buyer_text(*code).unwrap_or(BuyerText::M8).info(language)),
            Self::Method { .. } => None,
        }
    }

    /// Where the browser goes.
    pub(super) fn redirect(&self) -> Option<&str> {
        match self {
            Self::Paid { redirect, .. } | Self::Unanswered { redirect } | Self::Refused { redirect, .. } => {
                redirect.as_deref()
            }
            Self::PaReq { .. } | Self::Method { .. } | Self::CReq { .. } => None,
        }
    }

    /// The members of a step of 3-D Secure; none where there is no step.
    pub(super) fn step(&self, json: JsonObject) -> JsonObject {
        match self {
            Self::Paid { .. } | Self::Unanswered { .. } | Self::Refused { .. } => json,
            Self::PaReq { acs_url, pa_req, term_url } => {
                json.bool("is3DSVer2", false).text("acsUrl", acs_url).text("paReq", pa_req).text("termUrl", term_url)
            }
            Self::Method { transaction, url, url_server, data } => json
                .bool("is3DSVer2", true)
                .text("threeDSServerTransId", transaction)
                .text("threeDSMethodURL", url)
                .text("threeDSMethodURLServer", url_server)
                .text("threeDSMethodDataPacked", data),
            Self::CReq { acs_url, packed } => {
                json.text("acsUrl", acs_url).bool("is3DSVer2", true).text("packedCReq", packed)
            }
        }
    }

    fn object(&self, language: Language) -> JsonObject {
        let json = JsonObject::new().text_if("redirect", self.redirect());
        match self {
            Self::Paid { version_2, .. } => {
                json.text_if("info", self.info(language).as_deref()).int("errorCode", 0).bool("is3DSVer2", *version_2)
            }
            Self::Unanswered { .. } => {
                json.text_if("info", self.info(language).as_deref()).int("errorCode", 0).bool("is3DSVer2", false)
            }
            Self::Refused { code, version_2, .. } => {
                let text = refusal_text(*code, language);
                let (name, kind) = error_type(*code);
                json.text("error", text)
                    .int("errorCode", 0)
                    .bool("is3DSVer2", *version_2)
                    .text("errorTypeName", name)
                    .text("processingErrorType", kind)
                    .text("errorMessage", text)
            }
            Self::PaReq { .. } | Self::Method { .. } | Self::CReq { .. } => {
                self.step(json.text_if("info", self.info(language).as_deref()).int("errorCode", 0))
            }
        }
    }
}

/// What a payer is told of a refusal.
pub fn refusal_text(code: i32, language: Language) -> &'static str {
    action::buyer_text(code).unwrap_or(BuyerText::M8).text(language)
}

/// `errorTypeName` and `processingErrorType`: the two pairs that have been seen, by whether the holder's authentication failed.
fn error_type(code: i32) -> (&'static str, &'static str) {
    match action::buyer_text(code) {
        Some(BuyerText::M4) => ("TDS_UNKNOWN_ARES_STATUS", "MANDATORY_3DSECURE"),
        Some(_) | None => ("DATA_INPUT_ERROR", "CLIENT_ERROR"),
    }
}

/// The answer to a call that ended 3-D Secure: where the browser goes.
pub fn finished(redirect: Option<&str>, version_2: bool) -> Reply {
    let json = JsonObject::new().text_if("redirect", redirect).int("errorCode", 0);
    answer(&if version_2 { json.bool("is3DSVer2", true) } else { json })
}
