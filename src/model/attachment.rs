//! 附件 — a picture or a PDF handed in with a post that was entered by hand, or with a case.

use crate::model::coded::coded_enum;
use crate::model::{CaseId, PostId, Timestamp};
use serde::{Deserialize, Serialize};

/// Row id of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentId(pub i64);

coded_enum! {
    /// What an attachment is, by its content.
    pub enum AttachmentKind {
        Png = "png" / "PNG图片",
        Jpeg = "jpeg" / "JPEG图片",
        Webp = "webp" / "WebP图片",
        Gif = "gif" / "GIF图片",
        Pdf = "pdf" / "PDF文件",
    }
}

impl AttachmentKind {
    /// As a browser is told.
    pub fn media_type(self) -> &'static str {
        match self {
            AttachmentKind::Png => "image/png",
            AttachmentKind::Jpeg => "image/jpeg",
            AttachmentKind::Webp => "image/webp",
            AttachmentKind::Gif => "image/gif",
            AttachmentKind::Pdf => "application/pdf",
        }
    }

    /// A browser may show it; a PDF is only given to be kept.
    pub fn is_picture(self) -> bool {
        self != AttachmentKind::Pdf
    }

    /// What the extension of a file name promises.
    pub fn of_extension(extension: &str) -> Option<AttachmentKind> {
        match extension.to_ascii_lowercase().as_str() {
            "png" => Some(AttachmentKind::Png),
            "jpg" | "jpeg" | "jpe" | "jfif" => Some(AttachmentKind::Jpeg),
            "webp" => Some(AttachmentKind::Webp),
            "gif" => Some(AttachmentKind::Gif),
            "pdf" => Some(AttachmentKind::Pdf),
            _ => None,
        }
    }
}

/// To what it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachedTo {
    /// A post.
    Post(PostId),
    /// A case.
    Case(CaseId),
}

/// A file that was checked and lies in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    /// What the file was called, as words; nothing is opened by it.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// How large.
    pub byte_count: u64,
    /// SHA-256 of its bytes: where it lies.
    pub hash: String,
    /// Who handed it in.
    pub by: String,
}

/// 附件.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Row id.
    pub id: AttachmentId,
    /// To what it belongs.
    pub to: AttachedTo,
    /// The file.
    pub file: NewAttachment,
    /// When it was handed in.
    pub added_at: Timestamp,
}
