//! draft
pub(super) fn router() -> axum::Router<std::sync::Arc<crate::gateway::Gateway>> {
    axum::Router::new()
}
