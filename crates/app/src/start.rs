//! Opening and closing: threads, recovery, and the one place that holds everything together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use debrief_insight::patterns::Patterns;
use debrief_model::limit::Limits;
use debrief_model::{Error, ErrorKind, Position};
use debrief_store::{Findings, Ledger, Origin, Warehouse, WarehouseFigures};
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use crate::analysis::noting::Noting;
use crate::analysis::{self, Analyst, Needs};
use crate::clock::Clock;
use crate::ctx::Ctx;
use crate::estimate;
use crate::fence::Fence;
use crate::ingest::{self, Applier, Committer, Parts, Pending, Permit, Queue, QueueFigures, Tail, Write, Written};
use crate::insights;
use crate::judge::{self, Judge, Judging};
use crate::keyring::Keyring;
use crate::maintenance::{self, Stop};
use crate::offload::{self, Readers};
use crate::prices::Prices;
use crate::rate::Meter;
use crate::recover;
use crate::reprice::Jobs;
use crate::teller::Teller;
use crate::tokens;

/// The engines an app runs on.
#[derive(Clone)]
pub struct Engines {
    /// The transactional truth.
    pub ledger: Arc<dyn Ledger>,
    /// The analytical view.
    pub warehouse: Arc<dyn Warehouse>,
    /// What analysis finds in conversations.
    pub findings: Arc<dyn Findings>,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
}

/// What an operator can set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bounds.
    pub limits: Limits,
    /// How long journal records are kept after the warehouse has them durably.
    pub journal_keep: Duration,
    /// The address that links shown to people start with, for example `http://127.0.0.1:4820`.
    pub public_url: String,
    /// Start although the warehouse lacks events that the journal no longer keeps.
    pub accept_gap: bool,
    /// How long nothing must happen in a conversation until it counts as over.
    pub conversation_idle: Duration,
    /// Reads that one key may make in a minute; `None`: as many as it likes.
    pub reads_per_minute_max: Option<u32>,
    /// What a thread that reads for long does at its start, to take the processor only when recording leaves it.
    pub give_way: fn(),
    /// What calls cost.
    pub prices: Arc<Prices>,
    /// Estimate token counts that clients do not give.
    pub estimate_tokens: bool,
    /// Look at conversations that are over.
    pub analysis: bool,
    /// How often it is looked whether there are any.
    pub analysis_every: Duration,
    /// The lists of phrases that are looked for.
    pub patterns: Arc<Patterns>,
    /// Have conversations judged by a model; `None`: nobody is ever asked.
    pub judge: Option<Judging>,
    /// Who set all this: the event log tells of what is not as it was at the last start.
    pub operator: Origin,
}

impl Settings {
    /// What changes what is taken in, kept, or handed out, by name. Not the address, which is where the server is and not how.
    fn named(&self) -> BTreeMap<String, String> {
        let Limits {
            body_bytes_max,
            otlp_body_bytes_max,
            queue_bytes_max,
            json_depth_max,
            batch_events_max,
            connections_max,
            header_seconds_max,
            body_idle_seconds_max,
            body_seconds_max,
            fence_seconds_max,
        } = &self.limits;
        let reads = self.reads_per_minute_max.map_or_else(|| "unlimited".to_owned(), |reads| reads.to_string());
        let named = [
            ("body_bytes_max", body_bytes_max.to_string()),
            ("otlp_body_bytes_max", otlp_body_bytes_max.to_string()),
            ("queue_bytes_max", queue_bytes_max.to_string()),
            ("json_depth_max", json_depth_max.to_string()),
            ("batch_events_max", batch_events_max.to_string()),
            ("connections_max", connections_max.to_string()),
            ("header_seconds_max", header_seconds_max.to_string()),
            ("body_idle_seconds_max", body_idle_seconds_max.to_string()),
            ("body_seconds_max", body_seconds_max.to_string()),
            ("fence_seconds_max", fence_seconds_max.to_string()),
            ("journal_keep_seconds", self.journal_keep.as_secs().to_string()),
            ("conversation_idle_seconds", self.conversation_idle.as_secs().to_string()),
            ("reads_per_minute_max", reads),
            ("cost_shown", self.prices.shown().word().to_owned()),
            ("estimate_tokens", self.estimate_tokens.to_string()),
            ("analysis", self.analysis.to_string()),
            ("analysis_rules", analysis::rules(&self.patterns)),
        ];
        let judge = self.judge.iter().flat_map(|judge| {
            let Judging { model, concurrency: _, bounds, sample_rate, chars_max, redacts } = judge;
            let usd = bounds.nano_usd_per_day_max.map_or_else(|| "unlimited".to_owned(), |nano| (nano as f64 / 1e9).to_string());
            [
                ("judge_model", model.name().to_owned()),
                ("judge_requests_per_hour", bounds.requests_per_hour_max.to_string()),
                ("judge_usd_per_day", usd),
                ("judge_sample_rate", sample_rate.to_string()),
                ("judge_chars_max", chars_max.to_string()),
                ("judge_redaction", redacts.to_string()),
            ]
        });
        named.into_iter().chain(judge).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            journal_keep: Duration::from_secs(600),
            public_url: "http://127.0.0.1:4820".to_owned(),
            accept_gap: false,
            conversation_idle: Duration::from_secs(15 * 60),
            reads_per_minute_max: None,
            give_way: || {},
            prices: Arc::default(),
            estimate_tokens: false,
            analysis: true,
            analysis_every: Duration::from_millis(500),
            patterns: Arc::new(Patterns::built_in().clone()),
            judge: None,
            operator: Origin::system(),
        }
    }
}

/// Everything Debrief can do. Cheap to share behind an `Arc`.
pub struct App {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) warehouse: Arc<dyn Warehouse>,
    pub(crate) findings: Arc<dyn Findings>,
    pub(crate) fence: Arc<Fence>,
    clock: Arc<dyn Clock>,
    queue: Arc<Queue>,
    tail: Arc<Tail>,
    keyring: Arc<Keyring>,
    pub(crate) causes: tokio::sync::Mutex<()>,
    pub(crate) meter: Meter,
    pub(crate) readers: Readers,
    pub(crate) reprices: Jobs,
    settings: Settings,
    analyst: Mutex<Option<Arc<Mutex<Analyst>>>>,
    judge: Option<Arc<Judge>>,
    stop: Arc<Stop>,
    writers: Mutex<Vec<JoinHandle<()>>>,
    helpers: Mutex<Vec<JoinHandle<()>>>,
    failed: Arc<watch::Sender<bool>>,
}

impl App {
    /// Starts on `engines`. Needs a running tokio runtime. Answers requests at once; reads wait until the warehouse has caught up.
    ///
    /// # Errors
    /// When the engines cannot be read, or when a thread cannot be started.
    pub fn start(engines: Engines, settings: Settings) -> crate::Result<Arc<Self>> {
        let Engines { ledger, warehouse, findings, clock } = engines;
        if ledger.token_secrets()?.is_empty() {
            ledger.put_token_secret(&tokens::new_secret(clock.now()), &Origin::system())?;
        }
        recover::check(ledger.as_ref(), warehouse.as_ref(), settings.accept_gap.then(|| (clock.now(), &settings.operator)))?;
        ledger.put_settings(&settings.named(), clock.now(), &settings.operator)?;
        let (committed, applied) = (ledger.last_position()?, warehouse.applied());
        let fence = Arc::new(Fence::new(committed, applied, Duration::from_secs(settings.limits.fence_seconds_max)));
        let tail = Arc::new(Tail::default());
        tail.start_at(committed);
        let app = Arc::new(Self {
            keyring: Arc::new(Keyring::open(ledger.clone())?),
            queue: Arc::new(Queue::new(settings.limits.queue_bytes_max)),
            stop: Arc::new(Stop::default()),
            analyst: Mutex::default(),
            judge: judging(&settings).map(|judging| Arc::new(Judge::new(judging, settings.prices.clone(), clock.clone()))),
            writers: Mutex::default(),
            helpers: Mutex::default(),
            failed: Arc::new(watch::Sender::new(false)),
            ledger,
            warehouse,
            findings,
            fence,
            clock,
            tail,
            causes: tokio::sync::Mutex::new(()),
            meter: Meter::default(),
            readers: Readers::new(settings.give_way)?,
            reprices: Jobs::default(),
            settings,
        });
        app.start_threads()?;
        Ok(app)
    }

    fn start_threads(&self) -> crate::Result<()> {
        let parts = Parts {
            queue: self.queue.clone(),
            tail: self.tail.clone(),
            fence: self.fence.clone(),
            ledger: self.ledger.clone(),
            warehouse: self.warehouse.clone(),
            clock: self.clock.clone(),
            prices: self.settings.prices.clone(),
            runtime: tokio::runtime::Handle::current(),
        };
        let noting = self.settings.analysis.then(|| Arc::new(Noting::after(self.warehouse.applied())));
        let idle_us = insights::idle_us(self.settings.conversation_idle);
        let applier = Applier {
            ledger: self.ledger.clone(),
            warehouse: self.warehouse.clone(),
            tail: self.tail.clone(),
            fence: self.fence.clone(),
            noting: noting.clone(),
            idle_us,
        };
        let committer = self.thread("committer", move || Committer::run(parts))?;
        let applier = self.thread("applier", move || applier.run())?;
        *self.writers.lock() = vec![committer, applier];

        let (stop, keyring) = (self.stop.clone(), self.keyring.clone());
        let teller = Teller { queue: self.queue.clone(), ledger: self.ledger.clone(), clock: self.clock.clone() };
        // What changed while no server ran.
        teller.take_waiting_notices()?;
        let watch = self.thread("credentials", move || {
            maintenance::watch_credentials(&stop, &keyring, &teller);
            Ok(())
        })?;
        let (stop, ledger) = (self.stop.clone(), self.ledger.clone());
        let checkpoint = self.thread("checkpoint", move || {
            maintenance::checkpoint_ledger(&stop, ledger.as_ref());
            Ok(())
        })?;
        let (stop, ledger, warehouse, clock, keep) =
            (self.stop.clone(), self.ledger.clone(), self.warehouse.clone(), self.clock.clone(), self.settings.journal_keep);
        let settle = self.thread("settle", move || {
            maintenance::settle_warehouse(&stop, warehouse.as_ref(), ledger.as_ref(), &clock, keep);
            Ok(())
        })?;
        let mut helpers = vec![watch, checkpoint, settle];
        if let Some(noting) = noting {
            helpers.push(self.analyst(noting, idle_us)?);
        }
        if let Some(judge) = self.judge.clone() {
            let give_way = self.settings.give_way;
            helpers.push(self.thread("judge", move || {
                give_way();
                judge::run(&judge)
            })?);
        }
        *self.helpers.lock() = helpers;
        Ok(())
    }

    fn analyst(&self, noting: Arc<Noting>, idle_us: i64) -> crate::Result<JoinHandle<()>> {
        if self.findings.noted()? > self.ledger.last_position()? {
            // They are of another ledger, or of this one at a later time that it was taken back from.
            analysis::begin_again(self.ledger.as_ref(), self.findings.as_ref(), &analysis::rules(&self.settings.patterns))?;
            self.findings.note(self.warehouse.applied(), &[])?;
        }
        let analyst = Arc::new(Mutex::new(Analyst::new(Needs {
            ledger: self.ledger.clone(),
            warehouse: self.warehouse.clone(),
            findings: self.findings.clone(),
            noting,
            clock: self.clock.clone(),
            patterns: self.settings.patterns.clone(),
            idle_us,
            judge: self.judge.clone(),
        })));
        *self.analyst.lock() = Some(analyst.clone());
        let (stop, reads, give_way, every) =
            (self.stop.clone(), self.readers.reads(), self.settings.give_way, self.settings.analysis_every);
        self.thread("analyst", move || {
            give_way();
            analysis::run(&analyst, &reads, &stop, every);
            Ok(())
        })
    }

    /// A supervised thread: when it fails or panics, the app is failed and the process should end.
    fn thread(&self, name: &'static str, work: impl FnOnce() -> crate::Result<()> + Send + 'static) -> crate::Result<JoinHandle<()>> {
        let (failed, queue, tail) = (self.failed.clone(), self.queue.clone(), self.tail.clone());
        let supervised = move || {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            match outcome {
                Ok(Ok(())) => return,
                Ok(Err(error)) => tracing::error!(cause = error.cause().map(tracing::field::display), "{name} failed: {error}"),
                Err(_) => tracing::error!("{name} panicked"),
            }
            failed.send_replace(true);
            // Nothing more is acknowledged, and neither a request nor a thread waits for the one that is gone.
            queue.abandon();
            tail.close();
        };
        std::thread::Builder::new().name(format!("debrief-{name}")).spawn(supervised).map_err(Error::internal)
    }

    /// Room on the queue for a request of `bytes`, at once or not at all.
    ///
    /// # Errors
    /// `Overloaded` when the queue is full.
    pub fn admit(&self, bytes: usize) -> crate::Result<Permit> {
        self.queue.admit(bytes)
    }

    /// Writes; answers when it is on disk.
    ///
    /// # Errors
    /// `Forbidden` without scope `ingest`; what the change itself answers; `Unavailable` when the disk refuses.
    pub async fn write(&self, ctx: &Ctx, permit: Permit, write: Write) -> crate::Result<Written> {
        ctx.must_ingest()?;
        self.submit(Arc::new(ctx.origin()), permit, write).await
    }

    /// Writes what the server itself has to tell, whoever brought it about.
    pub(crate) async fn submit(&self, origin: Arc<Origin>, permit: Permit, mut write: Write) -> crate::Result<Written> {
        if self.settings.estimate_tokens && estimate::is_wanted(&write) {
            write = offload::blocking(move || {
                estimate::estimate_all(&mut write);
                Ok(write)
            })
            .await?;
        }
        write.for_each_draft(&mut |tenant, draft| {
            self.settings.prices.price(&mut draft.facts);
            ingest::identify(tenant, draft);
        });
        let (reply, answer) = oneshot::channel();
        self.queue.push(Pending { origin, write, permit, reply })?;
        answer.await.map_err(|_| Error::new(ErrorKind::Unavailable, "The server is shutting down"))?
    }

    /// Who may come in, and what signs session tokens.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The ledger, for administration.
    #[must_use]
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }

    /// How far writes and reads are.
    #[must_use]
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> debrief_model::Timestamp {
        self.clock.now()
    }

    /// What the operator set.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How full the queue is.
    #[must_use]
    pub fn queue_figures(&self) -> QueueFigures {
        self.queue.figures()
    }

    /// How the warehouse is.
    #[must_use]
    pub fn warehouse_figures(&self) -> WarehouseFigures {
        self.warehouse.figures()
    }

    /// How far analysis is.
    ///
    /// # Errors
    /// When storage cannot be read.
    pub async fn analysis_progress(&self) -> crate::Result<analysis::Progress> {
        let (findings, now, is_on) = (self.findings.clone(), self.now(), self.settings.analysis);
        // Whoever only watches the analysis is nobody that it gives way to.
        offload::blocking(move || {
            Ok(analysis::Progress { is_on, noted: findings.noted()?, figures: findings.figures(now)?, again: findings.again()?, now })
        })
        .await
    }

    /// Looks now at every conversation whose time has come, rather than in a moment. Does nothing where none are looked at.
    ///
    /// # Errors
    /// When storage cannot be read or written.
    pub async fn analyse(&self) -> crate::Result<()> {
        self.fence.pass().await?;
        let Some(analyst) = self.analyst.lock().clone() else { return Ok(()) };
        let stop = self.stop.clone();
        self.readers.run(move || analyst.lock().step(None, &stop)).await?;
        Ok(())
    }

    /// Makes all conversations be looked at again, in a moment and while everything else goes on.
    ///
    /// # Errors
    /// When storage cannot be written.
    pub async fn analyse_all_again(&self) -> crate::Result<()> {
        let Some(analyst) = self.analyst.lock().clone() else { return Ok(()) };
        self.readers.run(move || analyst.lock().begin_again()).await
    }

    /// The judge, where the operator has one.
    pub(crate) fn judge(&self) -> Option<&Judge> {
        self.judge.as_deref()
    }

    /// Whether what a judge says counts in the figures of a tenant's agents.
    pub(crate) fn judged_counts(&self, tenant: debrief_model::TenantId) -> bool {
        self.judge().is_some_and(|judge| judge.counts(tenant))
    }

    /// The newest position that the warehouse keeps across a crash.
    #[must_use]
    pub fn warehouse_durable(&self) -> Position {
        self.warehouse.durable()
    }

    /// Resolves when a thread the app cannot do without has failed.
    pub async fn failed(&self) {
        let mut failed = self.failed.subscribe();
        // The sender lives as long as `self`, so waiting can only end by the value.
        drop(failed.wait_for(|failed| *failed).await);
    }

    /// Whether a thread the app cannot do without has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        *self.failed.borrow()
    }

    /// Drains: refuses new writes, commits and applies what waits, makes the warehouse durable and trims. Blocks.
    ///
    /// # Errors
    /// When storage cannot be written; what was acknowledged is safe in the ledger all the same.
    pub fn close(&self) -> crate::Result<()> {
        self.queue.close();
        let mut writers = std::mem::take(&mut *self.writers.lock()).into_iter();
        join(writers.next());
        self.tail.close();
        join(writers.next());
        self.stop.set();
        self.judge.iter().for_each(|judge| judge.close());
        for helper in std::mem::take(&mut *self.helpers.lock()) {
            join(Some(helper));
        }
        // Nobody else writes findings any more. What was answered is paid for.
        if let Some(Err(error)) = self.judge.as_ref().map(|judge| judge.settle(self.findings.as_ref(), self.now())) {
            tracing::warn!("the judge's last answers are lost: {error}");
        }
        self.keyring.flush_uses()?;
        self.warehouse.settle()?;
        maintenance::trim(self.ledger.as_ref(), self.warehouse.durable(), &self.clock, self.settings.journal_keep)?;
        self.ledger.compact()?;
        self.warehouse.compact()
    }
}

/// Whoever looks at no conversations has none judged.
fn judging(settings: &Settings) -> Option<Judging> {
    settings.judge.clone().filter(|_| settings.analysis)
}

fn join(thread: Option<JoinHandle<()>>) {
    // A panic inside was already caught and reported by the supervisor.
    drop(thread.map(JoinHandle::join));
}
