//! What a user does to the own account: another password, 动态口令 on and off, keys of programs. Who asks for it in an open
//! session shows the password again: a session may have been left alone.

use super::App;
use crate::access::{check_password, hash_secret, is_password, new_secret, totp_step};
use crate::model::{AccountRefusal, AuditAction, Permission, Visitor};
use anyhow::{Result, ensure};
use chrono::TimeDelta;

/// Keys in use of one user.
pub const MAX_KEYS: usize = 20;
/// Characters of a key's name.
const MAX_KEY_NAME: usize = 40;
/// Letters of a secret of 160 bits in base 32.
const TOTP_LETTERS: usize = 32;

/// Who showed the password is not asked again for so long.
const PROVED_FOR: TimeDelta = TimeDelta::minutes(10);

/// Why somebody in a session is not believed.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Not the password.
    #[error("您的口令不对")]
    Wrong,
    /// Too many failures.
    #[error("失败次数过多，请在{0}分钟后再试，或请管理员解除锁定")]
    Locked(i64),
    /// The database refuses.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl App {
    /// Whether what matters most asks for the password again: not within minutes of the last time.
    ///
    /// # Errors
    /// The database refuses.
    pub fn asks_proof(&self, visitor: &Visitor) -> Result<bool> {
        let since = visitor.proved_at.map(|at| self.now() - at);
        if since.is_some_and(|since| (TimeDelta::zero()..PROVED_FOR).contains(&since)) {
            return Ok(false);
        }
        // A visitor of the demo came in by a link and has none to show.
        let known = self.store.user(visitor.user.id)?;
        Ok(known.is_some_and(|known| known.password.is_some()))
    }

    /// Whether the visitor knows the password; failures count as those of signing in.
    ///
    /// # Errors
    /// [`ProofError`]; every failure is in the audit.
    pub fn prove(&self, visitor: &Visitor, password: &str) -> Result<(), ProofError> {
        let (now, name) = (self.now(), &visitor.user.name);
        let subject = format!("用户{name}");
        if let Some(lockout) = self.lockout_from(name, &visitor.address)? {
            self.audit(visitor, AuditAction::Locked, &subject, "锁定期间验证口令")?;
            return Err(ProofError::Locked(lockout.minutes));
        }
        let known = self.store.user(visitor.user.id)?;
        let kept = known.and_then(|known| known.password);
        if kept.is_some_and(|kept| is_password(password, &kept)) {
            self.store.note_proof(&visitor.session, now)?;
            return Ok(());
        }
        self.store.note_failure(name, &visitor.address, now)?;
        let what = "已登录时再次输入的口令不对";
        self.audit(visitor, AuditAction::SignInFailed, &subject, what)?;
        Err(ProofError::Wrong)
    }

    /// Sets another password; every session ends and this device's begins anew: gives the token of its cookie.
    ///
    /// # Errors
    /// The password is weak: the message says why.
    pub fn change_own_password(
        &self,
        visitor: &Visitor,
        password: &str,
        agent: &str,
    ) -> Result<String> {
        check_password(&visitor.user.name, password)?;
        self.set_password(&visitor.user, password)?;
        let subject = format!("用户{}", visitor.user.name);
        let what = "修改自己的口令，其他登录已退出";
        self.audit(visitor, AuditAction::User, &subject, what)?;
        let token = self.begin(&visitor.user, &visitor.address, agent, "修改口令后继续")?;
        let said = "口令已修改，其他设备上的登录已退出。";
        self.store.leave_flash(&hash_secret(&token), said)?;
        Ok(token)
    }

    /// Switches 动态口令 on with a secret that an authenticator has: the code shows it.
    ///
    /// # Errors
    /// It is on already, the secret is none of ours, or the code is wrong: the message says which.
    pub fn begin_totp(&self, visitor: &Visitor, secret: &str, code: &str) -> Result<()> {
        let known = self.store.user(visitor.user.id)?;
        let is_on = known.is_some_and(|known| known.totp_secret.is_some());
        ensure!(!is_on, refusal("动态口令已启用，如需更换请先停用"));
        let is_whole = secret.len() == TOTP_LETTERS && secret.is_ascii();
        ensure!(is_whole, refusal("密钥不完整，请重新打开本页"));
        let seconds = u64::try_from(self.now().timestamp()).unwrap_or_default();
        let step = totp_step(secret, code, seconds);
        let step = step.map_err(|_| refusal("密钥不完整，请重新打开本页"))?;
        let step = step.ok_or_else(|| refusal("动态口令不对，请核对手机的时间后再输一次"))?;
        self.store.set_totp(visitor.user.id, Some(secret))?;
        // The code that was shown here opens nothing else.
        self.store.take_totp_step(visitor.user.id, step)?;
        let subject = format!("用户{}", visitor.user.name);
        self.audit(visitor, AuditAction::User, &subject, "启用动态口令")
    }

    /// Makes a key; gives its secret, which nobody sees again.
    ///
    /// # Errors
    /// The name is empty or too long, nothing or too much is asked for, there are too many keys: the message says which.
    pub fn new_api_key(
        &self,
        visitor: &Visitor,
        name: &str,
        scopes: &[Permission],
    ) -> Result<String> {
        let name = name.trim();
        let is_named = (1..=MAX_KEY_NAME).contains(&name.chars().count())
            && !name.chars().any(char::is_control);
        ensure!(is_named, refusal("用途为1至40个字"));
        ensure!(!scopes.is_empty(), refusal("请至少选择一项权限"));
        let is_own = scopes.iter().all(|scope| visitor.may(*scope));
        ensure!(is_own, refusal("密钥的权限不能超出您自己的权限"));
        let keys = self.store.api_keys_of(visitor.user.id)?;
        let in_use = keys.iter().filter(|key| key.revoked_at.is_none()).count();
        ensure!(in_use < MAX_KEYS, refusal("密钥太多，请先作废不用的"));
        let secret = new_secret()?;
        let (hash, now) = (hash_secret(&secret), self.now());
        self.store
            .add_api_key(visitor.user.id, name, &hash, scopes, now)?;
        let labels: Vec<&str> = scopes.iter().map(|scope| scope.label()).collect();
        let what = format!("新增接口密钥“{name}”：{}", labels.join("、"));
        let subject = format!("用户{}", visitor.user.name);
        self.audit(visitor, AuditAction::User, &subject, &what)?;
        Ok(secret)
    }
}

fn refusal(sentence: &str) -> AccountRefusal {
    AccountRefusal(sentence.to_owned())
}
