//! draft
pub(super) fn watch(
    router: axum::Router<std::sync::Arc<crate::gateway::Gateway>>,
    _gateway: &crate::gateway::Gateway,
) -> axum::Router<std::sync::Arc<crate::gateway::Gateway>> {
    router
}
