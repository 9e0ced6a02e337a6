//! The messages of 3-D Secure as a browser carries them between a merchant's page, the bank and the gateway. Only what this gateway reads
//! again is in them: what really happened is asked of the bank, so that nobody gains by making one up.

use crate::text::base64;
use crate::text::json::{Json, JsonObject};
use payglot_core::OperationId;

/// Longest message that is looked at.
const MESSAGE_MAX: usize = 8192;
/// The version of EMV 3-D Secure that is spoken.
const VERSION: &str = "2.1.0";

/// `paReq` of an attempt: 3-D Secure 1, to the bank.
pub fn pa_req(attempt: OperationId) -> String {
    base64::encode(format!("<ThreeDSecure><Message id=\"{attempt}\"><PAReq/></Message></ThreeDSecure>").as_bytes())
}

/// `PaRes`: 3-D Secure 1, back from the bank.
pub fn pa_res(attempt: OperationId, passed: bool) -> String {
    let status = if passed { 'Y' } else { 'N' };
    let message = format!(
        "<ThreeDSecure><Message id=\"{attempt}\"><PARes><TX><status>{status}</status></TX></PARes></Message></ThreeDSecure>"
    );
    base64::encode(message.as_bytes())
}

/// The attempt that a `PaReq` or `PaRes` is about.
pub fn read_pa(text: &str) -> Option<OperationId> {
    let bytes = Some(text).filter(|text| text.len() <= MESSAGE_MAX).and_then(base64::decode)?;
    let message = String::from_utf8(bytes).ok()?;
    let (id, _) = message.strip_prefix("<ThreeDSecure><Message id=\"")?.split_once('"')?;
    id.parse().ok()
}

/// `packedCReq` of an attempt: 3-D Secure 2, to the bank.
pub fn c_req(attempt: OperationId) -> String {
    let json = common(attempt, "CReq").text("challengeWindowSize", "05");
    base64::encode_url(json.finish().as_bytes())
}

/// `cres`: 3-D Secure 2, back from the bank.
pub fn c_res(attempt: OperationId, passed: bool) -> String {
    let json = common(attempt, "CRes").text("transStatus", if passed { "Y" } else { "N" });
    base64::encode_url(json.finish().as_bytes())
}

fn common(attempt: OperationId, message: &str) -> JsonObject {
    let attempt = attempt.to_string();
    JsonObject::new()
        .text("threeDSServerTransID", &attempt)
        .text("acsTransID", &attempt)
        .text("messageType", message)
        .text("messageVersion", VERSION)
}

/// `threeDSMethodData`: posted in a hidden frame, and back to `notification_url` if there is one.
pub fn method_data(attempt: &str, notification_url: Option<&str>) -> String {
    let json = JsonObject::new()
        .text("threeDSServerTransID", attempt)
        .text_if("threeDSMethodNotificationURL", notification_url);
    base64::encode_url(json.finish().as_bytes())
}

/// The attempt that a `creq`, a `cres` or `threeDSMethodData` is about.
pub fn read_c(text: &str) -> Option<OperationId> {
    member(text, "threeDSServerTransID")?.parse().ok()
}

/// Where `threeDSMethodData` asks to be told that the browser was looked at.
pub fn method_notification(text: &str) -> Option<String> {
    member(text, "threeDSMethodNotificationURL")
}

fn member(text: &str, name: &str) -> Option<String> {
    let bytes = Some(text).filter(|text| text.len() <= MESSAGE_MAX).and_then(base64::decode)?;
    let json = Json::read(&String::from_utf8(bytes).ok()?)?;
    json.get(name)?.text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_names_its_attempt_and_others_name_none() {
        let attempt = OperationId::from_bytes([7; 16]);
        for message in [pa_req(attempt), pa_res(attempt, true), pa_res(attempt, false)] {
            assert_eq!(read_pa(&message), Some(attempt));
            assert_eq!(read_c(&message), None);
        }
        let method = method_data(&attempt.to_string(), Some("https://shop.example/seen"));
        for message in [c_req(attempt), c_res(attempt, true), method.clone()] {
            assert_eq!(read_c(&message), Some(attempt));
            assert_eq!(read_pa(&message), None);
        }
        assert_eq!(method_notification(&method).as_deref(), Some("https://shop.example/seen"));
        assert_eq!(method_notification(&method_data("x", None)), None);
        for wrong in ["", "AAAA", "{}", "eyJ9", &"A".repeat(MESSAGE_MAX + 4)] {
            assert_eq!((read_pa(wrong), read_c(wrong)), (None, None), "{wrong}");
        }
    }
}
