//! Coming in: a name and a password, a one-time link, a session's cookie, a program's key. And the audit of who did what.

use super::App;
use crate::access::{
    Lockout, OF_ADDRESS, OF_NAME, OF_PAIR, check_password, hash_password, hash_secret, is_password,
    new_secret, pretend_password, totp_step,
};
use crate::model::{AccountRefusal, AuditAction, NewAudit, Role, User, UserId, Visitor};
use crate::store::{Credentials, FailuresOf, NewSession};
use anyhow::{Context, Result};
use chrono::TimeDelta;

/// A link that makes the first administrator is good for so long.
const FIRST_LINK: TimeDelta = TimeDelta::hours(24);
/// One that lets a user set a password.
const PASSWORD_LINK: TimeDelta = TimeDelta::hours(24);
/// Characters of a name.
const MAX_NAME_CHARS: usize = 32;
/// Characters of a browser's name that are kept.
const AGENT_CHARS: usize = 120;

/// What somebody typed.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// 登录名.
    pub name: String,
    /// 口令.
    pub password: String,
    /// 动态口令, where asked for.
    pub code: String,
    /// From where.
    pub address: String,
    /// With what browser.
    pub agent: String,
}

/// Why nobody came in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Name or password; which one is not said. Disabled users and those without a password, too.
    #[error("登录名或口令不对")]
    Wrong,
    /// The password is right, the code is asked for.
    #[error("请输入动态口令（六位数字）")]
    Code,
    /// The password is right, the code is not, or was used before.
    #[error("动态口令不对，或已经用过；请输入手机上正在显示的六位数字")]
    WrongCode,
    /// Too many failures.
    #[error("失败次数过多，请在{0}分钟后再试，或请管理员解除锁定")]
    Locked(i64),
    /// The database or the system refuses.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Makes the first administrator.
    First,
    /// Lets a user set a password.
    Password,
    /// Lets a user of the demo come in.
    Demo,
}

impl LinkPurpose {
    fn code(self) -> &'static str {
        match self {
            LinkPurpose::First => "first",
            LinkPurpose::Password => "password",
            LinkPurpose::Demo => "demo",
        }
    }
}

impl App {
    /// Signs in; gives the token for the cookie.
    ///
    /// # Errors
    /// [`SignInError`]; every failure is in the audit.
    pub fn sign_in(&self, typed: &SignIn) -> Result<String, SignInError> {
        let now = self.now();
        let name = typed.name.trim();
        // No user has such a name: what is typed there is kept nowhere.
        if name.chars().count() > MAX_NAME_CHARS {
            pretend_password(&typed.password);
            return Err(SignInError::Wrong);
        }
        if let Some(lockout) = self.lockout_from(name, &typed.address)? {
            self.note(name, AuditAction::Locked, typed, "锁定期间的登录")?;
            return Err(SignInError::Locked(lockout.minutes));
        }
        let known = self.store.credentials(name)?;
        let Some(known) = known.filter(|known| opens(known, &typed.password)) else {
            self.store.note_failure(name, &typed.address, now)?;
            self.note(name, AuditAction::SignInFailed, typed, "登录名或口令不对")?;
            return Err(SignInError::Wrong);
        };
        if let Some(secret) = &known.totp_secret {
            let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
            let step = totp_step(secret, &typed.code, seconds)?;
            let taken = step.map(|step| self.store.take_totp_step(known.user.id, step));
            if !taken.transpose()?.unwrap_or_default() {
                if typed.code.trim().is_empty() {
                    return Err(SignInError::Code);
                }
                self.store.note_failure(name, &typed.address, now)?;
                self.note(name, AuditAction::SignInFailed, typed, "动态口令不对")?;
                return Err(SignInError::WrongCode);
            }
        }
        Ok(self.begin(&known.user, &typed.address, &typed.agent, "口令登录")?)
    }

    /// Begins a session of a user; gives the token for the cookie.
    ///
    /// # Errors
    /// The database or the system refuses.
    pub fn begin(&self, user: &User, address: &str, agent: &str, how: &str) -> Result<String> {
        let (token, csrf, now) = (new_secret()?, new_secret()?, self.now());
        let agent: String = agent.chars().take(AGENT_CHARS).collect();
        let session = NewSession {
            hash: &hash_secret(&token),
            user: user.id,
            csrf: &csrf,
            expires_at: now + self.config.settings.web.session(),
            address,
            agent: &agent,
        };
        self.store.begin_session(&session, now)?;
        self.store.add_audit(
            &NewAudit {
                actor: user.actor(),
                action: AuditAction::SignIn,
                subject: format!("用户{}", user.name),
                detail: how.to_owned(),
                address: address.to_owned(),
            },
            now,
        )?;
        Ok(token)
    }

    /// Who holds the cookie.
    ///
    /// # Errors
    /// The database refuses.
    pub fn visitor(&self, token: &str) -> Result<Option<Visitor>> {
        let idle = self.config.settings.web.idle();
        self.store.visitor(&hash_secret(token), idle, self.now())
    }

    /// In whose name a program asks.
    ///
    /// # Errors
    /// The database refuses.
    pub fn visitor_by_key(&self, key: &str, address: &str) -> Result<Option<Visitor>> {
        self.store
            .visitor_by_key(&hash_secret(key), address, self.now())
    }

    /// A one-time link's secret.
    ///
    /// # Errors
    /// The database or the system refuses.
    pub fn new_link(&self, purpose: LinkPurpose, user: Option<UserId>) -> Result<String> {
        let secret = new_secret()?;
        let lifetime = match purpose {
            LinkPurpose::First => FIRST_LINK,
            LinkPurpose::Password => PASSWORD_LINK,
            // The demo's time runs through weeks in a minute.
            LinkPurpose::Demo => TimeDelta::days(3650),
        };
        let now = self.now();
        let hash = hash_secret(&secret);
        self.store
            .add_link(&hash, user, purpose.code(), now + lifetime, now)?;
        Ok(secret)
    }

    /// The link that makes the first administrator; none once there are users.
    ///
    /// # Errors
    /// The database or the system refuses.
    pub fn first_link(&self) -> Result<Option<String>> {
        if self.store.user_count()? > 0 {
            return Ok(None);
        }
        self.new_link(LinkPurpose::First, None).map(Some)
    }

    /// Whose link it is, while it is good: `Some(None)` for the first administrator's.
    ///
    /// # Errors
    /// The database refuses.
    pub fn link(&self, purpose: LinkPurpose, secret: &str) -> Result<Option<Option<UserId>>> {
        let found = self
            .store
            .link(&hash_secret(secret), purpose.code(), self.now())?;
        if purpose == LinkPurpose::First && self.store.user_count()? > 0 {
            return Ok(None);
        }
        Ok(found.map(|link| link.user))
    }

    /// Uses a link up; false where somebody was faster.
    ///
    /// # Errors
    /// The database refuses.
    pub fn use_link(&self, secret: &str) -> Result<bool> {
        self.store.use_link(&hash_secret(secret), self.now())
    }

    /// Adds a user with a password, or without one until a link is used.
    ///
    /// # Errors
    /// The password is weak, the name or the display name is empty, too long or taken: the message says which.
    pub fn add_user(
        &self,
        name: &str,
        display: &str,
        roles: &[Role],
        password: Option<&str>,
    ) -> Result<User> {
        let (name, display) = (name.trim(), display.trim());
        check_name(name, display)?;
        check_roles(roles)?;
        let hash = match password {
            None => None,
            Some(password) => {
                check_password(name, password)?;
                Some(hash_password(password)?)
            }
        };
        let id = self.store.add_user(name, display, roles, self.now())?;
        if let Some(hash) = hash {
            self.store.set_password(id, &hash)?;
        }
        let added = self.store.user(id)?.context("the user was just added")?;
        Ok(added.user)
    }

    /// Changes 姓名 and roles of a user.
    ///
    /// # Errors
    /// The display name is empty or too long, no role is left, or nobody would administer: the message says which.
    pub fn change_user(&self, user: &User, display: &str, roles: &[Role]) -> Result<()> {
        let display = display.trim();
        check_name(&user.name, display)?;
        check_roles(roles)?;
        self.store.change_roles(user.id, display, roles)
    }

    /// How long the next try of a name from an address has to wait; none where it need not.
    ///
    /// # Errors
    /// The database refuses.
    pub fn lockout_from(&self, name: &str, address: &str) -> Result<Option<Lockout>> {
        let now = self.now();
        let mut longest = None;
        for (patience, whose) in [
            (OF_PAIR, FailuresOf::Pair(name, address)),
            (OF_ADDRESS, FailuresOf::Address(address)),
            (OF_NAME, FailuresOf::Name(name)),
        ] {
            let earliest = self.store.failure(whose, patience.failures)?;
            longest = longest.max(patience.lockout(earliest, now));
        }
        Ok(longest)
    }

    /// How long a name has to wait wherever it has to wait longest: the administrator sees it, and may end it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn lockout(&self, name: &str) -> Result<Option<Lockout>> {
        let now = self.now();
        let earliest = self
            .store
            .failure(FailuresOf::Name(name), OF_NAME.failures)?;
        let mut longest = OF_NAME.lockout(earliest, now);
        for address in self.store.failing_addresses(name, OF_PAIR.from(now))? {
            let pair = FailuresOf::Pair(name, &address);
            let earliest = self.store.failure(pair, OF_PAIR.failures)?;
            longest = longest.max(OF_PAIR.lockout(earliest, now));
        }
        Ok(longest)
    }

    /// Lets a name try again at once.
    ///
    /// # Errors
    /// The database refuses.
    pub fn unlock(&self, user: &User) -> Result<()> {
        self.store.forget_failures(&user.name)
    }

    /// Sets a password; all sessions of the user end.
    ///
    /// # Errors
    /// The password is weak: the message says why.
    pub fn set_password(&self, user: &User, password: &str) -> Result<()> {
        check_password(&user.name, password)?;
        self.store.set_password(user.id, &hash_password(password)?)
    }

    /// Writes a line of the audit.
    ///
    /// # Errors
    /// The database refuses.
    pub fn audit(
        &self,
        visitor: &Visitor,
        action: AuditAction,
        subject: &str,
        detail: &str,
    ) -> Result<()> {
        let line = NewAudit {
            actor: visitor.actor(),
            action,
            subject: subject.to_owned(),
            detail: detail.to_owned(),
            address: visitor.address.clone(),
        };
        self.store.add_audit(&line, self.now()).map(drop)
    }

    fn note(&self, name: &str, action: AuditAction, typed: &SignIn, detail: &str) -> Result<()> {
        // Somebody may have typed the password into the field of the name: only known names are written down.
        let known = self.store.credentials(name)?;
        let line = NewAudit {
            actor: known.map_or_else(|| "未知用户".to_owned(), |known| known.user.actor()),
            action,
            subject: String::new(),
            detail: detail.to_owned(),
            address: typed.address.clone(),
        };
        self.store.add_audit(&line, self.now()).map(drop)
    }
}

fn opens(known: &Credentials, password: &str) -> bool {
    match (&known.password, known.user.is_disabled) {
        (Some(kept), false) => is_password(password, kept),
        _ => {
            pretend_password(password);
            false
        }
    }
}

fn check_name(name: &str, display: &str) -> Result<()> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    anyhow::ensure!(
        (2..=MAX_NAME_CHARS).contains(&name.chars().count()) && name.chars().all(is_plain),
        AccountRefusal("登录名为2至32个字，只用字母、数字、汉字和 . _ - @".to_owned())
    );
    // They set off 登录名 and key in the audit.
    let is_odd = |c: char| c.is_control() || "（）()“”".contains(c);
    anyhow::ensure!(
        (1..=20).contains(&display.chars().count()) && !display.chars().any(is_odd),
        AccountRefusal("姓名为1至20个字，不用括号和引号".to_owned())
    );
    Ok(())
}

fn check_roles(roles: &[Role]) -> Result<()> {
    let refusal = || AccountRefusal("请至少选择一个角色".to_owned());
    anyhow::ensure!(!roles.is_empty(), refusal());
    Ok(())
}
