//! `yuqing user`: who may come in, with which roles. Every deed is in the audit.

use super::output::{DONE, Failure, column, print_json, print_text};
use super::{Common, person};
use crate::access::PasswordFault;
use crate::app::{App, LinkPurpose};
use crate::model::{AccountRefusal, AuditAction, NewAudit, Role, User};
use clap::{Args, Subcommand};
use std::io::Read;
use std::process::ExitCode;

/// Bytes of a password on standard input; more than a password may have, so that too long a one is told.
const MAX_PASSWORD_BYTES: u64 = 1024;

#[derive(Subcommand)]
pub enum UserCommand {
    /// 新增用户；不给口令则给出一次性链接，由本人设口令 · add
    Add(Add),
    /// 列出用户 · list
    List(List),
    /// 重设口令，其全部登录随即退出；不给口令则给出一次性链接 · set the password
    Passwd(Passwd),
    /// 修改角色、姓名 · change roles and name
    Roles(Roles),
    /// 停用：不能再登录，接口密钥作废 · disable
    Disable(Named),
    /// 重新启用 · enable
    Enable(Named),
    /// 解除登录失败过多的锁定 · unlock
    Unlock(Named),
    /// 退出其全部登录 · sign out everywhere
    SignOut(Named),
    /// 停用其动态口令，手机遗失时用 · take the one-time codes away
    TotpOff(Named),
}

#[derive(Args)]
pub struct Add {
    #[command(flatten)]
    named: Named,
    /// 姓名，记录和刊物上用 · name in records
    #[arg(long)]
    display: String,
    /// 角色：查看 viewer，编辑 editor，审核签发 chief，管理员 admin；可写几个 · roles
    #[arg(long, required = true, num_args = 1.., value_delimiter = ',')]
    role: Vec<Role>,
    /// 从标准输入读口令 · read the password
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
pub struct List {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Passwd {
    #[command(flatten)]
    named: Named,
    /// 从标准输入读口令；不写则给出一次性链接 · read the password
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
pub struct Roles {
    #[command(flatten)]
    named: Named,
    /// 新的角色，代替原有的；可写几个 · roles
    #[arg(long, required = true, num_args = 1.., value_delimiter = ',')]
    role: Vec<Role>,
    /// 新的姓名 · name in records
    #[arg(long)]
    display: Option<String>,
}

#[derive(Args)]
pub struct Named {
    /// 登录名 · name
    user: String,
    /// 经办人姓名，写入审计；不写记为“命令行” · who does it
    #[arg(long, value_parser = person)]
    by: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl UserCommand {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match self {
            UserCommand::Add(order) => order.run(&app)?,
            UserCommand::List(order) => order.run(&app)?,
            UserCommand::Passwd(order) => order.run(&app)?,
            UserCommand::Roles(order) => order.run(&app)?,
            UserCommand::Disable(order) => {
                let user = order.known(&app)?;
                let now = app.now();
                let disabled = app.store.set_disabled(user.id, Some(now));
                disabled.map_err(told)?;
                order.done(&app, "已停用，其登录和接口密钥一并作废")?;
            }
            UserCommand::Enable(order) => {
                let user = order.known(&app)?;
                app.store.set_disabled(user.id, None).map_err(told)?;
                order.done(&app, "已启用")?;
            }
            UserCommand::Unlock(order) => {
                app.unlock(&order.known(&app)?)?;
                order.done(&app, "已解除锁定")?;
            }
            UserCommand::SignOut(order) => {
                let user = order.known(&app)?;
                let count = app.store.end_sessions(user.id)?;
                order.done(&app, &format!("已退出{count}处登录"))?;
            }
            UserCommand::TotpOff(order) => {
                let user = order.known(&app)?;
                app.store.set_totp(user.id, None)?;
                order.done(&app, "动态口令已停用")?;
            }
        }
        Ok(DONE)
    }
}

impl Add {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let password = self.password_stdin.then(password).transpose()?;
        let name = &self.named.user;
        let added = app.add_user(name, &self.display, &self.role, password.as_deref());
        let user = added.map_err(told)?;
        let what = format!("新增，姓名{}，角色{}", user.display, labels(&user.roles));
        self.named.write_down(app, &user, &what)?;
        match password {
            Some(_) => self.named.report(&user, None, "已新增"),
            None => self.named.give_link(app, &user, "已新增"),
        }
    }
}

impl List {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let users = app.store.users()?;
        if self.json {
            print_json(&users)?;
            return Ok(());
        }
        if users.is_empty() {
            let how = "还没有用户；用 `yuqing user add 登录名 --display 姓名 --role admin` 新增\n";
            print_text(how)?;
        }
        for user in &users {
            print_text(&line(app, user)?)?;
        }
        Ok(())
    }
}

fn line(app: &App, user: &User) -> anyhow::Result<String> {
    let seen = user.last_sign_in_at.map_or_else(
        || "从未登录".to_owned(),
        |at| format!("最近登录{}", at.format("%Y-%m-%d %H:%M")),
    );
    let state = match (user.is_disabled, app.lockout(&user.name)?) {
        (true, _) => "停用",
        (false, Some(_)) => "锁定",
        (false, None) => "在用",
    };
    Ok(format!(
        "{}{}{}{}{seen}{}\n",
        column(&user.name, 18),
        column(&user.display, 12),
        column(state, 6),
        column(&labels(&user.roles), 30),
        if user.has_totp { "，动态口令" } else { "" },
    ))
}

impl Passwd {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let user = self.named.known(app)?;
        if !self.password_stdin {
            let disabled = || Failure::Usage(format!("用户{}已停用，请先启用", user.name));
            return match user.is_disabled {
                true => Err(disabled()),
                false => self.named.give_link(app, &user, "请把链接交给本人"),
            };
        }
        app.set_password(&user, &password()?).map_err(told)?;
        self.named.done(app, "口令已重设，全部登录已退出")
    }
}

impl Roles {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let user = self.named.known(app)?;
        let display = self.display.as_deref().unwrap_or(&user.display);
        app.change_user(&user, display, &self.role).map_err(told)?;
        let changed = self.named.known(app)?;
        let what = format!(
            "改为姓名{}，角色{}",
            changed.display,
            labels(&changed.roles)
        );
        self.named.done(app, &what)
    }
}

impl Named {
    fn known(&self, app: &App) -> Result<User, Failure> {
        let name = self.user.trim();
        let found = app.store.credentials(name)?;
        let found = found.ok_or_else(|| {
            Failure::Usage(format!(
                "没有登录名为“{name}”的用户；`yuqing user list` 列出全部"
            ))
        })?;
        Ok(found.user)
    }

    /// Writes the deed down and tells how the user stands now.
    fn done(&self, app: &App, what: &str) -> Result<(), Failure> {
        let user = self.known(app)?;
        self.write_down(app, &user, what)?;
        self.report(&user, None, what)
    }

    fn give_link(&self, app: &App, user: &User, sentence: &str) -> Result<(), Failure> {
        let secret = app.new_link(LinkPurpose::Password, Some(user.id))?;
        self.write_down(app, user, "给出设口令的一次性链接")?;
        let link = format!("{}/password/{secret}", app.config.settings.web.address());
        self.report(user, Some(&link), sentence)
    }

    fn write_down(&self, app: &App, user: &User, what: &str) -> anyhow::Result<()> {
        let by = self.by.clone();
        let line = NewAudit {
            actor: by.unwrap_or_else(|| "命令行".to_owned()),
            action: AuditAction::User,
            subject: format!("用户{}", user.name),
            detail: what.to_owned(),
            address: String::new(),
        };
        app.store.add_audit(&line, app.now()).map(drop)
    }

    fn report(&self, user: &User, link: Option<&str>, sentence: &str) -> Result<(), Failure> {
        if self.json {
            print_json(&serde_json::json!({ "user": user, "link": link }))?;
            return Ok(());
        }
        let (name, display) = (&user.name, &user.display);
        let roles = labels(&user.roles);
        print_text(&format!("用户{name}（{display}，{roles}）：{sentence}\n"))?;
        if let Some(link) = link {
            print_text(&format!(
                "设口令的链接（24小时内有效，只能用一次；网址不对的，请在 yuqing.toml 的 web.public_url 写上对外网址）：\n{link}\n"
            ))?;
        }
        Ok(())
    }
}

/// What does not fit is the caller's to put right.
fn told(error: anyhow::Error) -> Failure {
    if error.is::<AccountRefusal>() || error.is::<PasswordFault>() {
        return Failure::Usage(error.to_string());
    }
    Failure::Failed(error)
}

fn password() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let input = std::io::stdin();
    input.take(MAX_PASSWORD_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Failure::Usage("口令应为 UTF-8 文字".to_owned()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn labels(roles: &[Role]) -> String {
    let labels: Vec<&str> = roles.iter().map(|role| role.label()).collect();
    labels.join("、")
}
