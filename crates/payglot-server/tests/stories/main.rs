//! Stories told through HTTP: a shop, a payer and a receiver of callbacks meet a whole gateway on a loopback port, with a database of
//! its own and a clock that the story turns by hand. One binary, so that it is linked once; a module per route or question.

mod harness;

mod callbacks;
mod cards;
mod exchanges;
mod hostile;
mod late;
mod limits;
mod lookup;
mod monetix;
mod one_shot;
mod operate;
mod outage;
mod page_calls;
mod page_views;
mod pay;
mod paysera;
mod refusals;
mod register;
mod restart;
mod saved;
mod secrets;
mod settings;
mod signatures;
mod starvation;
mod three_ds;
mod together;
mod wallet;
mod widget;
