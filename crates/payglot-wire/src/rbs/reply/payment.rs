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
        answer(&self.members(|json| json.int("errorCode", 0), language))
    }

    /// The members, with `errorCode` as the operation has it.
    pub(super) fn members(&self, code: impl FnOnce(JsonObject) -> JsonObject, language: Language) -> JsonObject {
        let json = JsonObject::new();
        let info = |text: BuyerText| text.info(language);
        match self {
            Self::Paid { redirect, version_2 } => {
                let json = json.text_if("redirect", redirect.as_deref()).text("info", &info(BuyerText::M0));
                code(json).bool("is3DSVer2", *version_2)
            }
            Self::Unanswered { redirect } => {
                let json = json.text_if("redirect", redirect.as_deref()).text("info", &info(BuyerText::M7));
                code(json).bool("is3DSVer2", false)
            }
            Self::Refused { code: action, redirect, version_2 } => {
                let text = refusal_text(*action, language);
                let (name, kind) = error_type(*action);
                let json = json.text_if("redirect", redirect.as_deref()).text("error", text);
                code(json)
                    .bool("is3DSVer2", *version_2)
                    .text("errorTypeName", name)
                    .text("processingErrorType", kind)
                    .text("errorMessage", text)
            }
            Self::PaReq { acs_url, pa_req, term_url } => code(json.text("info", &info(BuyerText::M0)))
                .bool("is3DSVer2", false)
                .text("acsUrl", acs_url)
                .text("paReq", pa_req)
                .text("termUrl", term_url),
            Self::Method { transaction, url, url_server, data } => code(json)
                .bool("is3DSVer2", true)
                .text("threeDSServerTransId", transaction)
                .text("threeDSMethodURL", url)
                .text("threeDSMethodURLServer", url_server)
                .text("threeDSMethodDataPacked", data),
            Self::CReq { acs_url, packed } => code(json.text("info", &info(BuyerText::M0)))
                .text("acsUrl", acs_url)
                .bool("is3DSVer2", true)
                .text("packedCReq", packed),
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
