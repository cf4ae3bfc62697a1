//! 用户 — who may come in, and what each may do. One table decides: [`Role::permissions`].

use crate::model::Timestamp;
use crate::model::coded::coded_enum;
use serde::{Deserialize, Serialize};

/// Row id of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

coded_enum! {
    /// 角色. A user has one or more of them.
    pub enum Role {
        /// Reads and searches.
        Viewer = "viewer" / "查看",
        /// The duty editor: triage, drafts, cases, entries by hand.
        Editor = "editor" / "编辑",
        /// The section chief: approves, signs, decides on rules.
        Chief = "chief" / "审核签发",
        /// The information officer: users, sources, rules, backups. Signs nothing.
        Admin = "admin" / "管理员",
    }
}

coded_enum! {
    /// 权限 — what a route asks for.
    pub enum Permission {
        /// Pages, search, signed issues; always masked.
        Read = "read" / "阅读检索",
        /// Lists and ledgers as files, with a line that names who took them.
        Export = "export" / "导出",
        /// Labels, events, drafts, cases, entries by hand, watches.
        Edit = "edit" / "编辑办理",
        /// The words before masking, with a reason.
        Unmask = "unmask" / "查看原文",
        /// Approve, return, sign, void, correct, send.
        Sign = "sign" / "审核签发",
        /// Rules, lexicons, sources.
        Configure = "configure" / "修改规则和信源",
        /// Users, audit, backups.
        Administer = "administer" / "系统管理",
    }
}

impl Role {
    /// 权限表.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission::{Administer, Configure, Edit, Export, Read, Sign, Unmask};
        match self {
            Role::Viewer => &[Read],
            Role::Editor => &[Read, Export, Edit, Unmask],
            Role::Chief => &[Read, Export, Edit, Unmask, Sign, Configure],
            Role::Admin => &[Read, Export, Configure, Administer],
        }
    }
}

/// 用户.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Row id.
    pub id: UserId,
    /// 登录名, the same in whatever case.
    pub name: String,
    /// 姓名, as it stands in records and issues.
    pub display: String,
    /// 角色.
    pub roles: Vec<Role>,
    /// 停用.
    pub is_disabled: bool,
    /// Whether a code of an authenticator is asked for.
    pub has_totp: bool,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When the user last came in.
    pub last_sign_in_at: Option<Timestamp>,
}

impl User {
    /// Whether one of the roles may.
    pub fn may(&self, permission: Permission) -> bool {
        (self.roles.iter()).any(|role| role.permissions().contains(&permission))
    }

    /// `周红（zhouhong）`, for the audit: two people may be called the same, no two users are.
    pub fn actor(&self) -> String {
        format!("{}（{}）", self.display, self.name)
    }
}

/// 不合要求 — what somebody wanted of an account and cannot have; a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AccountRefusal(pub String);

/// 来访者 — a user on one device or program, as a route sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Who.
    pub user: User,
    /// What this session or key may do: never more than the user.
    pub permissions: Vec<Permission>,
    /// What a form must carry; empty for a key, which sends none by itself.
    pub csrf: String,
    /// From where.
    pub address: String,
    /// SHA-256 of the session's token; empty for a key.
    pub session: String,
    /// When the password was last shown again in this session.
    pub proved_at: Option<Timestamp>,
    /// The key that a program showed; none for a session.
    pub key: Option<KeyShown>,
}

/// What a visitor's key is called, and what it was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShown {
    /// What it is for.
    pub name: String,
    /// What it may do, as far as its user may.
    pub scopes: Vec<Permission>,
}

impl KeyShown {
    /// 只供订阅: may read and nothing else, so that its secret may stand in the address of a feed.
    pub fn only_reads(&self) -> bool {
        self.scopes == [Permission::Read]
    }
}

impl Visitor {
    /// Whether this session or key may.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// 姓名, for records and issues.
    pub fn by(&self) -> &str {
        &self.user.display
    }

    /// Who it was, for the audit: `周红（zhouhong）`, and of a program `周红（zhouhong，密钥“台账”）`.
    pub fn actor(&self) -> String {
        match &self.key {
            None => self.user.actor(),
            Some(key) => format!(
                "{}（{}，密钥“{}”）",
                self.user.display, self.user.name, key.name
            ),
        }
    }
}

/// 接口密钥 of a user, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Row id.
    pub id: i64,
    /// Whose.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// What it may do, as far as its user may.
    pub scopes: Vec<Permission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// 登录 on one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    /// SHA-256 of its token.
    pub hash: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Last seen.
    pub seen_at: Timestamp,
    /// From where.
    pub address: String,
    /// With what browser.
    pub agent: String,
}

#[cfg(test)]
mod tests {
    use super::{Permission, Role};

    #[test]
    fn who_administers_signs_nothing_and_who_signs_administers_nothing() {
        for role in Role::ALL {
            let may = |permission| role.permissions().contains(&permission);
            assert!(may(Permission::Read), "{role}");
            assert!(
                !(may(Permission::Sign) && may(Permission::Administer)),
                "{role}"
            );
        }
    }
}
