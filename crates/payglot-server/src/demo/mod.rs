//! The demo shop "Books & Tea": the first merchant of a fresh gateway, and a wire inspector.
//!
//! It is what a developer's own shop would be: it registers an order, sends the payer to the address it got, waits for the callback, and asks
//! for the status when the payer returns, all over the RBS protocol at the gateway's public address. It reaches nothing that a shop elsewhere
//! could not reach. An order can also be held first, and then captured, released, refunded in parts. Every message that crosses the wire is kept and shown in order, with the signature check spelt out, so that the page of an
//! order doubles as a lesson in the protocol.
//!
//! Orders live in memory and only the latest `book::ORDERS_KEPT` of them: a demo that is restarted starts afresh.
//!
//! In reading order: `wares` is what it sells and `counter` at which counters, `story` what happened on the wire, `standing` what the shop
//! believes about an order, `book` keeps both, `deeds` what it does with money that was paid, `till` talks to the gateway, `check` and `proof`
//! prove what came, `paysera` and `monetix` are the other counters, `routes` are the pages' addresses, `view`, `params` and `pages` their
//! contents.

mod assets;
mod book;
mod check;
mod counter;
mod deeds;
mod monetix;
mod pages;
mod params;
mod paysera;
mod proof;
mod routes;
mod standing;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod till;
mod view;
mod wares;

pub use routes::router;

/// How the shop finds the gateway, and how the gateway finds the shop.
#[derive(Clone)]
pub struct ShopConfig {
    /// The gateway's address, without a trailing slash: `/payment/rest/register.do` is appended.
    pub base_url: String,
    /// The shop's own address as payers and the gateway see it, without a trailing slash: `/return` and `/rbs/callback` are appended.
    pub shop_url: String,
    /// The shop's account at the gateway.
    pub rbs: RbsAccount,
    /// The shop's project at the gateway that speaks Paysera.
    pub paysera: PayseraAccount,
    /// The shop's project at the gateway that speaks Monetix.
    pub monetix: MonetixAccount,
}

/// Credentials of a project that speaks Monetix.
#[derive(Clone)]
pub struct MonetixAccount {
    /// The gateway's address, without a trailing slash: `/payment`, `/v2/` and `/shared/merchant.js` are appended.
    pub gateway_url: String,
    /// `project_id` on the wire.
    pub project_id: u32,
    /// The secret that signs everything, both ways.
    pub secret_key: String,
}

/// Credentials of a project that speaks Paysera WebToPay.
#[derive(Clone)]
pub struct PayseraAccount {
    /// The gateway's address, without a trailing slash: `/pay/` is appended.
    pub gateway_url: String,
    /// `projectid` on the wire.
    pub project_id: String,
    /// The project's password, which signs orders.
    pub sign_password: String,
}

/// Credentials of a project that speaks the RBS protocol. The demo's are published in the README, so the shop may show them.
#[derive(Clone)]
pub struct RbsAccount {
    /// The API login, `userName` on the wire.
    pub user_name: String,
    /// The API password, `password` on the wire.
    pub password: String,
    /// The text that keys the HMAC of callbacks.
    pub callback_key: String,
}
