//! The shop's side: what a shop sends, signed.

use super::super::endpoint::Endpoint;
use super::super::params::Fields;
use super::super::signature;
use super::envelope::unsigned_tree;
use crate::text::form;
use crate::text::json::Json;
use crate::text::secret::Secret;

/// The query of the page's address, or the body of the form that opens it, with its signature last. Names that begin with an underscore
/// are not signed.
pub fn page_query(fields: &Fields, secret: &Secret) -> String {
    let signature = signature::sign(&unsigned_tree(fields), secret);
    let pairs = fields.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    form::encode(pairs.chain([("signature", signature.as_str())]))
}

/// The body of a call of Gate with its signature in its place. `body` must be an object, with `general` in it unless the endpoint is
/// flat.
pub fn gate_body(endpoint: Endpoint, body: &Json, secret: &Secret) -> String {
    let signature = Json::Text(signature::sign(body, secret));
    let mut body = body.clone();
    let holder = if endpoint.is_flat() { Some(&mut body) } else { body.get_mut("general") };
    if let Some(Json::Object(members)) = holder {
        members.push(("signature".to_owned(), signature));
    }
    body.to_string()
}

/// The body of a status call.
pub fn status_body(project_id: u32, payment_id: &str, secret: &Secret) -> String {
    let general = [
        ("project_id".to_owned(), Json::Number(project_id.into())),
        ("payment_id".to_owned(), Json::Text(payment_id.to_owned())),
    ];
    let body = Json::Object(vec![("general".to_owned(), Json::Object(general.into()))]);
    gate_body(Endpoint::Status, &body, secret)
}
