//! What arrived, decoded and not yet proven. A secret is needed for the proof and the project's number for the secret, so the little that
//! finds the project is read first; nothing else may be done with it.

use super::super::codes::{Code, Refused};
use super::super::endpoint::Route;
use super::super::params::Fields;
use super::super::rules::Rule;
use super::super::signature::{self, without};
use super::ambiguity;
use super::reader::Reader;
use crate::raw::RawRequest;
use crate::text::form;
use crate::text::json::Json;
use std::fmt;

/// More parameters than this, in bytes, are refused unread.
pub const PAGE_MAX: usize = 64 * 1024;
const PAIRS_MAX: usize = 500;
/// A project's number: what the vendor's clients hold.
const PROJECT: Rule = Rule::Int(1, 4_294_967_295);

/// Parameters of the Payment Page.
#[derive(Clone, PartialEq, Eq)]
pub struct PageRequest {
    fields: Fields,
}

impl PageRequest {
    /// Reads the query, and the body of a POST; what is in the body counts more. 502 if it could be read in another way than it was
    /// signed.
    pub fn read(request: &RawRequest) -> Result<Self, Refused> {
        Self::of(request.query.as_bytes(), request.body)
    }

    /// Reads a query, such as the one inside an encrypted address.
    pub fn of_query(query: &str) -> Result<Self, Refused> {
        Self::of(query.as_bytes(), b"")
    }

    fn of(query: &[u8], body: &[u8]) -> Result<Self, Refused> {
        if query.len() + body.len() > PAGE_MAX {
            return Err(Refused::whole(Code::Invalid));
        }
        let read = |bytes| form::decode(bytes).map_err(|broken| Refused::invalid(&broken.name, "UTF-8"));
        let mut pairs = read(query)?;
        pairs.extend(read(body)?);
        if pairs.len() > PAIRS_MAX {
            return Err(Refused::whole(Code::Invalid));
        }
        let fields = Fields::from_pairs(pairs);
        ambiguity::refuse(&fields)?;
        Ok(Self { fields })
    }

    /// Whose request it says it is.
    pub fn project_id(&self) -> Result<u32, Refused> {
        let text = self.fields.get("project_id").ok_or_else(|| Refused::of(Code::Missing, "project_id"))?;
        let number = if PROJECT.fits(text) { text.parse().ok() } else { None };
        number.ok_or_else(|| Refused::invalid("project_id", PROJECT.wanted()))
    }

    /// The signature, if there is one.
    pub fn signature(&self) -> Option<&str> {
        self.fields.get("signature")
    }

    /// The parameters, unproven: for the error page of a test project.
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// What should have been signed, for the developer of a test project. There is no secret in it.
    pub fn signed_text(&self) -> String {
        signature::signed_text(&self.signed_tree())
    }

    pub(in super::super) fn signed_tree(&self) -> Json {
        unsigned_tree(&self.fields)
    }
}

/// Everything but the signature and what scripts of the page add below an underscore.
pub(super) fn unsigned_tree(fields: &Fields) -> Json {
    match fields.tree() {
        Json::Object(mut members) => {
            members.retain(|(key, _)| key != "signature" && !key.starts_with('_'));
            Json::Object(members)
        }
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => other,
    }
}

impl fmt::Debug for PageRequest {
    /// Names only: values hold people's names and addresses.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields.fmt(out)
    }
}

/// A call of Gate.
#[derive(Clone, PartialEq)]
pub struct Call {
    route: Route,
    tree: Json,
    project_id: u32,
    payment_id: Option<String>,
    signature: String,
}

impl Call {
    /// Reads the body and what says whose it is. 2003 if it is not an object of JSON, or is too long or too deep; 2004, 502 or 3262 if
    /// project, payment or signature are missing or wrong.
    pub fn read(route: Route, request: &RawRequest) -> Result<Self, Refused> {
        let tree = signature::read_object(request.body).ok_or_else(|| Self::no_object(request.body.len()))?;
        let reader = Reader::new(&tree);
        let flat = route.endpoint.is_flat();
        if !flat && tree.get("general").and_then(Json::members).is_none() {
            return Err(Refused::of(Code::Missing, "general"));
        }
        let path = |name: &str| if flat { name.to_owned() } else { format!("general.{name}") };
        let project_id = reader.need(&path("project_id"), PROJECT)?;
        let project_id = project_id.parse().map_err(|_| Refused::invalid("project_id", PROJECT.wanted()))?;
        let id = if flat { None } else { reader.opt("general.payment_id", Rule::Filled(255))? };
        let payment_id = match id {
            None if route.endpoint.needs_payment_id() => {
                return Err(Refused::of(Code::Missing, "general.payment_id"));
            }
            id => id,
        };
        let signature = match reader.value(&path("signature")) {
            None => return Err(Refused::of(Code::Missing, &path("signature"))),
            Some(Json::Text(text)) if !text.is_empty() => text.clone(),
            Some(Json::Text(_) | Json::Null) => return Err(Refused::of(Code::EmptySignature, &path("signature"))),
            Some(_) => return Err(Refused::invalid(&path("signature"), "text")),
        };
        Ok(Self { route, tree, project_id, payment_id, signature })
    }

    /// Why a body of so many bytes was not read. One that is too long may well be JSON, so that is said.
    pub fn no_object(bytes: usize) -> Refused {
        let wanted = if bytes > signature::JSON_MAX {
            format!("an object of at most {} bytes", signature::JSON_MAX)
        } else {
            String::new()
        };
        Refused { wanted, ..Refused::whole(Code::InvalidJson) }
    }

    /// Where it was sent.
    pub const fn route(&self) -> &Route {
        &self.route
    }

    /// Whose call it says it is.
    pub const fn project_id(&self) -> u32 {
        self.project_id
    }

    /// The payment it names, where the endpoint is about one.
    pub fn payment_id(&self) -> Option<&str> {
        self.payment_id.as_deref()
    }

    /// The signature. Two calls with the same one are the same call, sent twice.
    pub fn signature(&self) -> Option<&str> {
        Some(&self.signature)
    }

    /// What should have been signed, for the developer of a test project: card numbers and codes are asterisks, and there is no secret
    /// in it.
    pub fn signed_text(&self) -> String {
        let mut tree = self.signed_tree();
        mask(&mut tree);
        signature::signed_text(&tree)
    }

    pub(in super::super) fn signed_tree(&self) -> Json {
        if self.route.endpoint.is_flat() {
            return without(&self.tree, &["signature"]);
        }
        let mut tree = self.tree.clone();
        if let Some(general) = tree.get_mut("general") {
            *general = without(general, &["signature"]);
        }
        tree
    }

    pub(super) const fn tree(&self) -> &Json {
        &self.tree
    }
}

impl fmt::Debug for Call {
    /// Without values: they hold cards and people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, project_id, payment_id, .. } = self;
        out.debug_struct("Call")
            .field("route", route)
            .field("project_id", project_id)
            .field("payment_id", payment_id)
            .finish_non_exhaustive()
    }
}

/// Members that no page and no log may show, at whatever depth.
const HIDDEN: &[&str] = &[
    "pan",
    "cvv",
    "security_code",
    "token",
    "card_token",
    "account_token",
    "saved_account_id",
    "pares",
    "cres",
    "ssn",
    "md",
];

fn mask(value: &mut Json) {
    match value {
        Json::Object(members) => {
            for (key, value) in members {
                if HIDDEN.contains(&key.as_str()) {
                    *value = Json::Text("***".to_owned());
                } else {
                    mask(value);
                }
            }
        }
        Json::List(items) => items.iter_mut().for_each(mask),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
    }
}
