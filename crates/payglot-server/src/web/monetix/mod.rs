//! Monetix: the widget that shops' pages load. The payment page and Gate are not served yet.

mod widget;

use crate::gateway::Gateway;
use axum::Router;
use std::sync::Arc;

pub(super) fn router() -> Router<Arc<Gateway>> {
    widget::router()
}
