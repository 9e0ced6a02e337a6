//! Answers about saved cards. They are ready at once, so there is nothing to tell later, and as the vendor does with every answer that is
//! no report, we do not sign them.

use super::super::notification::{SavedCard, object, text};
use super::{number, reply};
use crate::raw::Reply;
use crate::text::json::Json;

/// A card was saved. A callback tells the same, signed.
pub fn tokenized(project_id: u32, request_id: &str, saved: &SavedCard) -> Reply {
    let members = [
        ("status", text("success")),
        ("request_id", text(request_id)),
        ("project_id", number(project_id)),
        ("token", text(saved.token)),
        ("account", saved.account()),
    ];
    reply(200, &object(members))
}

/// What a saved card looks like.
pub fn card_by_token(project_id: u32, saved: &SavedCard) -> Reply {
    let members = [
        ("status", text("success")),
        ("project_id", number(project_id)),
        ("customer", saved.customer()),
        ("account", saved.account()),
    ];
    reply(200, &object(members))
}

/// What a payer has saved, in the order given.
pub fn saved_accounts(project_id: u32, customer_id: &str, saved: &[SavedCard]) -> Reply {
    let item =
        |saved: &SavedCard| object([("id", text(saved.token)), ("type", text("card")), ("account", saved.account())]);
    let members = [
        ("status", text("success")),
        ("project_id", number(project_id)),
        ("customer", object([("id", text(customer_id))])),
        ("saved_accounts", Json::List(saved.iter().map(item).collect())),
    ];
    reply(200, &object(members))
}

/// It is done, and nothing more will be told of it.
pub fn done(project_id: u32, request_id: &str) -> Reply {
    let members = [("status", text("success")), ("request_id", text(request_id)), ("project_id", number(project_id))];
    reply(200, &object(members))
}
