//! Work that blocks, off the threads that answer.

use super::error::WebError;
use crate::app::App;
use std::sync::Arc;

/// What came of `deed`; its refusals keep their status.
///
/// # Errors
/// `deed` was refused, or failed.
pub async fn work<T: Send + 'static>(
    app: &Arc<App>,
    deed: impl FnOnce(&App) -> Result<T, WebError> + Send + 'static,
) -> Result<T, WebError> {
    app.on_cpu(move |app| Ok(deed(app))).await?
}
