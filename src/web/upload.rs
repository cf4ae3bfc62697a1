//! A form with files: its fields, and the files with what the browser calls them. Which files may come in is the pipeline's.

use super::error::WebError;
use super::form::Fields;
use crate::pipeline::{MAX_UPLOAD_BYTES, UploadedFile};
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

/// 上传.
#[derive(Debug, Default)]
pub struct Upload {
    /// What was typed.
    pub fields: Fields,
    /// What was chosen; places left empty are none.
    pub files: Vec<UploadedFile>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|_| WebError::Wrong("请用页面上的表单提交。".to_owned()))?;
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file) => {
                    let bytes = field.bytes().await.map_err(broken)?.to_vec();
                    if !file.is_empty() {
                        files.push(UploadedFile { name: file, bytes });
                    }
                }
                None => fields.push((name, field.text().await.map_err(broken)?)),
            }
        }
        let fields = Fields::of(fields);
        Ok(Upload { fields, files })
    }
}

fn broken(error: MultipartError) -> WebError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => WebError::TooLarge(MAX_UPLOAD_BYTES),
        _ => WebError::Wrong("上传的内容不完整，请重新选择文件再试。".to_owned()),
    }
}
