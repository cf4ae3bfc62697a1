//! What stands around every page: the bureau's name, where one can go, who is signed in, the token of forms, and the
//! sentence the last deed left.

use crate::app::App;
use crate::model::{Permission, Visitor};
use anyhow::Result;

/// A page of the navigation.
pub struct Place {
    /// Its address.
    pub path: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether this page is in it.
    pub is_here: bool,
}

/// 页框. `base.html` shows it.
pub struct Frame {
    /// 单位.
    pub bureau: String,
    /// Where one can go; empty for those who are not signed in.
    pub places: Vec<Place>,
    /// 姓名; empty for those who are not signed in.
    pub user: String,
    /// What every form carries as `csrf`.
    pub csrf: String,
    /// What the last deed left to say.
    pub flash: String,
    permissions: Vec<Permission>,
}

/// Pages in the order of a day's work, with what they need.
const PLACES: &[(&str, &str, Permission)] = &[
    ("/", "今日", Permission::Read),
    ("/search", "检索", Permission::Read),
    ("/events", "事件", Permission::Read),
    ("/issues", "刊物", Permission::Read),
    ("/cases", "办理", Permission::Read),
    ("/entry", "补录", Permission::Edit),
    ("/watches", "专题", Permission::Read),
    ("/rules", "词库", Permission::Read),
    ("/sources", "信源", Permission::Read),
    ("/stats", "统计", Permission::Read),
    ("/system", "系统", Permission::Administer),
];

impl Frame {
    /// Around a page of `visitor` that belongs to the place at `here`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn of(app: &App, visitor: &Visitor, here: &str) -> Result<Frame> {
        let flash = if visitor.session.is_empty() {
            String::new()
        } else {
            app.store.take_flash(&visitor.session)?
        };
        let places = PLACES.iter().filter(|(_, _, needed)| visitor.may(*needed));
        Ok(Frame {
            bureau: app.config.settings.bureau.name.clone(),
            places: places
                .map(|(path, name, _)| Place {
                    path,
                    name,
                    is_here: *path == here,
                })
                .collect(),
            user: visitor.by().to_owned(),
            csrf: visitor.csrf.clone(),
            flash,
            permissions: visitor.permissions.clone(),
        })
    }

    /// Around a page for those who are not signed in, and around errors.
    pub fn bare() -> Frame {
        Frame {
            bureau: String::new(),
            places: Vec::new(),
            user: String::new(),
            csrf: String::new(),
            flash: String::new(),
            permissions: Vec::new(),
        }
    }

    /// Whether the visitor may edit.
    pub fn may_edit(&self) -> bool {
        self.permissions.contains(&Permission::Edit)
    }

    /// Whether the visitor may take lists along.
    pub fn may_export(&self) -> bool {
        self.permissions.contains(&Permission::Export)
    }

    /// Whether the visitor may look behind the mask.
    pub fn may_unmask(&self) -> bool {
        self.permissions.contains(&Permission::Unmask)
    }

    /// Whether the visitor may approve and sign.
    pub fn may_sign(&self) -> bool {
        self.permissions.contains(&Permission::Sign)
    }

    /// Whether the visitor may change rules and sources.
    pub fn may_configure(&self) -> bool {
        self.permissions.contains(&Permission::Configure)
    }
}
