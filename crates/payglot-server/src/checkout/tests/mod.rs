//! Every page, rendered with plain data in every language.

mod assets;
mod embed;
mod fixtures;
mod gallery;
mod html;
mod inbox;
mod language;
mod pages;
mod parts;
mod places;
mod purposes;
mod recipients;
mod texts;
mod visits;
mod wallets;
