//! The loops and the one shutdown token. Every loop is the same ten lines around one step of the pipeline.

use crate::app::App;
use crate::pipeline::{self, Crawler};
use crate::store::AttemptEnd;
use crate::web;
use anyhow::{Context, Result, bail};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Requests in flight at shutdown get this long; then they are dropped. What they would have stored is fetched again.
const GRACE: Duration = Duration::from_secs(3);

/// Runs until SIGTERM or Ctrl-C. Holds the data folder while it runs.
///
/// # Errors
/// The folder or the port is taken.
pub async fn run(app: Arc<App>) -> Result<()> {
    let _lock = app.lock_folder()?;
    let listen = app.config.settings.web.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("网页端口 {listen} 已被占用；请改 yuqing.toml 的 web.listen"))?;
    let shutdown = CancellationToken::new();
    let mut tasks = start_loops(&app, &shutdown);
    let mut sending = JoinSet::new();
    sending.spawn(deliver(
        Arc::clone(&app),
        app.config.settings.daemon.deliver_every,
        shutdown.clone(),
    ));
    tasks.spawn(web::serve(
        listener,
        web::router(Arc::clone(&app)),
        shutdown.clone(),
    ));
    tasks.spawn(keep_watchdog_fed(shutdown.clone()));
    tracing::info!("Serving http://{listen}");
    tokio::spawn(count_ahead(Arc::clone(&app)));
    if let Some(secret) = app.first_link()? {
        // On the terminal or in the journal of whoever started it, nowhere else.
        eprintln!(
            "尚无用户。请用浏览器打开 {}/welcome/{secret} 建立首位管理员（24小时内有效，只能用一次），或用命令 yuqing user add。",
            app.config.settings.web.address()
        );
    }
    for notice in app.config.notices() {
        tracing::warn!("{notice}");
    }
    let mut signals = Signals::listen()?;
    notify(&[sd_notify::NotifyState::Ready]);
    // A loop never ends by itself: if one does, it panicked. Better to be started anew than to run on without it.
    let ended_early = tokio::select! {
        () = signals.wait() => None,
        ended = tasks.join_next() => ended,
        ended = sending.join_next() => ended,
    };
    let patience = app.sender.longest(&app.config.recipients) + GRACE;
    let microseconds = u32::try_from(patience.as_micros()).unwrap_or(u32::MAX);
    notify(&[
        sd_notify::NotifyState::Stopping,
        sd_notify::NotifyState::ExtendTimeoutUsec(microseconds),
    ]);
    tracing::info!("Stopping");
    shutdown.cancel();
    stop(tasks).await;
    let released = app.store.release_own_claims();
    app.index.close_writer();
    finish_sending(sending, patience, &mut signals).await;
    released?;
    match ended_early {
        None => Ok(()),
        Some(Ok(())) => bail!("a loop of the daemon ended by itself"),
        Some(Err(error)) => Err(error).context("a loop of the daemon broke off"),
    }
}

async fn count_ahead(app: Arc<App>) {
    if let Err(error) = app.on_cpu(App::count_ahead).await {
        tracing::warn!("The running year was not counted: {error:#}");
    }
}

/// The loops of the pipeline, without the pages and without the delivery of what waits.
pub fn start_loops(app: &Arc<App>, shutdown: &CancellationToken) -> JoinSet<()> {
    let settings = app.config.settings.daemon.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(crawl(
        Arc::clone(app),
        settings.crawl_every,
        shutdown.clone(),
    ));
    let process = {
        let app = Arc::clone(app);
        move || {
            let app = Arc::clone(&app);
            async move {
                // Share by share, so that a shutdown waits for one share, not for a year's backlog. What comes in meanwhile
                // waits for the next time: a round costs the same for one post as for a hundred.
                app.on_cpu(App::renew_watches).await?;
                app.on_cpu(App::renew_files).await?;
                loop {
                    let progress = app.on_cpu(pipeline::process_once).await?;
                    let rebuilt = app.on_cpu(pipeline::rebuild_once).await?;
                    if !progress.is_full && rebuilt == 0 {
                        return Ok(());
                    }
                }
            }
        }
    };
    tasks.spawn(every(
        "analyze",
        settings.analyze_every,
        shutdown.clone(),
        process,
    ));
    let alert = {
        let app = Arc::clone(app);
        let said = Arc::new(AtomicBool::new(false));
        move || {
            let app = Arc::clone(&app);
            let said = Arc::clone(&said);
            async move {
                let alerted = app.on_cpu(pipeline::alert_once).await?;
                log_alerts(&alerted, &said);
                Ok(())
            }
        }
    };
    tasks.spawn(every(
        "alert",
        settings.alert_every,
        shutdown.clone(),
        alert,
    ));
    let inbox = {
        let app = Arc::clone(app);
        let said = Arc::new(Mutex::new(None));
        move || {
            let app = Arc::clone(&app);
            let said = Arc::clone(&said);
            let look = move |app: &App| {
                warn_of_folders(app, &said);
                pipeline::inbox_once(app)
            };
            async move { app.on_cpu(look).await.map(|taken| log_inbox(&taken)) }
        }
    };
    tasks.spawn(every(
        "inbox",
        settings.inbox_every,
        shutdown.clone(),
        inbox,
    ));
    let digest = {
        let app = Arc::clone(app);
        move || {
            let app = Arc::clone(&app);
            async move {
                pipeline::digest_once(&app)
                    .await
                    .map(|drafted| log_drafts(&drafted))
            }
        }
    };
    tasks.spawn(every(
        "digest",
        settings.digest_every,
        shutdown.clone(),
        digest,
    ));
    let remind = {
        let app = Arc::clone(app);
        move || {
            let app = Arc::clone(&app);
            async move {
                let queued = app.on_cpu(pipeline::remind_once).await?;
                if queued > 0 {
                    tracing::info!(queued, "Queued {queued} reminders of deadlines");
                }
                Ok(())
            }
        }
    };
    tasks.spawn(every(
        "remind",
        settings.remind_every,
        shutdown.clone(),
        remind,
    ));
    let housekeep = {
        let app = Arc::clone(app);
        move || {
            let app = Arc::clone(&app);
            async move { app.on_cpu(pipeline::housekeep_once).await }
        }
    };
    tasks.spawn(every(
        "housekeep",
        settings.housekeep_every,
        shutdown.clone(),
        housekeep,
    ));
    tasks
}

/// Visits sources until shutdown. Unlike the other loops it does not wait for all of its work before it looks again:
/// one slow site would hold up every other.
async fn crawl(app: Arc<App>, pause: Duration, shutdown: CancellationToken) {
    let mut crawler = Crawler::new(app);
    loop {
        let reports = tokio::select! {
            () = shutdown.cancelled() => return,
            reports = crawler.step(pause) => reports,
        };
        match reports {
            Ok(reports) => log_crawl(&reports),
            Err(error) => {
                tracing::error!("Step `crawl` failed: {error:#}");
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    }
}

/// Sends what is due until shutdown. A message that is under way is not broken off at once: whether it arrived could not
/// be known.
async fn deliver(app: Arc<App>, pause: Duration, shutdown: CancellationToken) {
    loop {
        match pipeline::deliver_once(&app, || shutdown.is_cancelled()).await {
            Ok(delivered) => log_deliveries(&delivered),
            Err(error) => tracing::error!("Step `deliver` failed: {error:#}"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Runs `step` again and again until shutdown. An error is logged and the loop goes on: its work still waits as rows.
async fn every<Step, Work>(name: &str, pause: Duration, shutdown: CancellationToken, step: Step)
where
    Step: Fn() -> Work,
    Work: Future<Output = Result<()>>,
{
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            done = step() => {
                if let Err(error) = done {
                    tracing::error!("Step `{name}` failed: {error:#}");
                }
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn log_crawl(reports: &[pipeline::CrawlReport]) {
    for report in reports {
        let (source, outcome, new) = (&report.source, report.outcome, report.new);
        match &report.error {
            Some(error) => tracing::warn!(%source, %outcome, "Source `{source}`: {error}"),
            None => {
                tracing::info!(%source, %outcome, new, "Crawled source `{source}`: {new} new posts")
            }
        }
    }
}

/// Folders stay where they are; that they do is said once, not at every look.
fn warn_of_folders(app: &App, said: &Mutex<Option<String>>) {
    let note = pipeline::note_of_folders(&pipeline::inbox_folders(app));
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(note) = &note
        && said.as_ref() != Some(note)
    {
        tracing::warn!("{note}");
    }
    *said = note;
}

/// That nobody is there to be told is said once.
fn log_alerts(alerted: &pipeline::Alerted, said: &AtomicBool) {
    let (raised, queued) = (alerted.raised, alerted.queued);
    if raised + queued > 0 {
        tracing::info!(
            raised,
            queued,
            "Raised {raised} alerts, queued {queued} notices"
        );
    }
    if alerted.unheard > 0 && !said.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "有预警没有收件人，只作了登记；请在 duty.toml 里写上值班人和信息员，`yuqing alert list` 查看预警"
        );
    }
}

fn log_inbox(taken: &[(String, pipeline::Imported)]) {
    for (name, imported) in taken {
        let (new, refused) = (imported.new, imported.refused.len());
        match &imported.error {
            Some(error) => tracing::warn!(file = %name, "File `{name}` was not imported: {error}"),
            None => tracing::info!(
                file = %name, new, refused,
                "Imported file `{name}`: {new} new posts, {refused} rows refused"
            ),
        }
    }
}

/// Why stands with the delivery: a server's answer may name an address.
fn log_deliveries(delivered: &[pipeline::Delivered]) {
    for delivery in delivered {
        let (id, subject, recipient) = (delivery.id.0, &delivery.subject, &delivery.recipient);
        match delivery.end {
            AttemptEnd::Sent => {
                tracing::info!(id, "Delivered `{subject}` to `{recipient}`")
            }
            AttemptEnd::Retry(_) => {
                tracing::warn!(id, "`{subject}` did not reach `{recipient}` yet")
            }
            AttemptEnd::Failed | AttemptEnd::Uncertain => tracing::error!(
                id,
                "`{subject}` did not reach `{recipient}` for all we know; see `yuqing deliveries show {id}`"
            ),
        }
    }
}

fn log_drafts(drafted: &[pipeline::Drafted]) {
    for draft in drafted {
        match draft {
            pipeline::Drafted::Issue { id, .. } => {
                tracing::info!(issue = id.0, "Drafted issue {}", id.0)
            }
            pipeline::Drafted::Zero { digest, .. } => {
                tracing::info!(%digest, "Nothing to report in `{digest}`")
            }
            pipeline::Drafted::Nothing { .. } => {}
        }
    }
}

/// Completes on SIGTERM or Ctrl-C.
///
/// # Errors
/// The system gives no signals.
pub async fn wait_for_signal() -> Result<()> {
    Signals::listen()?.wait().await;
    Ok(())
}

/// SIGTERM and Ctrl-C, heard from the moment of `listen`.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Waits for tasks after the shutdown token was cancelled, not longer than the grace period.
pub async fn stop(mut tasks: JoinSet<()>) {
    let all_done = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all_done).await.is_err() {
        tasks.abort_all();
    }
}

/// Waits for messages that are under way, as long as one may take: whether one that is broken off arrived could not be
/// known. A second signal ends the wait.
async fn finish_sending(mut sending: JoinSet<()>, patience: Duration, signals: &mut Signals) {
    while sending.try_join_next().is_some() {}
    if sending.is_empty() {
        return;
    }
    tracing::info!("Waiting for messages under way; a second signal breaks them off");
    let all_done = async { while sending.join_next().await.is_some() {} };
    tokio::select! {
        () = all_done => {}
        () = tokio::time::sleep(patience) => {}
        () = signals.wait() => {}
    }
    sending.abort_all();
}

/// systemd restarts a daemon whose runtime hangs.
async fn keep_watchdog_fed(shutdown: CancellationToken) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return shutdown.cancelled().await;
    };
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(limit / 2) => notify(&[sd_notify::NotifyState::Watchdog]),
        }
    }
}

fn notify(state: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!("systemd does not listen: {error}");
    }
}
