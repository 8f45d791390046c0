//! An app on the doubles, a clock that moves when told to, and words for what tests do with them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;
use std::time::Duration;

use debrief_app::agents::Handle;
use debrief_app::clock::Clock;
use debrief_app::{App, Ctx, Engines, EventView, Outcome, Result, Settings, Write, Written, events, sessions};
use debrief_model::{Draft, Facts, KeyId, Kind, Mention, Order, Paging, Patch, Scopes, Status, TenantId, Timestamp, Tokens, Totals};
use debrief_store::body;
use debrief_testkit::findings::ReferenceFindings;
use debrief_testkit::ledger::MemoryLedger;
use debrief_testkit::ledger::build::{ACME, at};
use debrief_testkit::warehouse::Fixture;
use debrief_testkit::warehouse::reference::MemoryDisk;
use uuid::Uuid;

use crate::doubles::{TestLedger, TestWarehouse};
use crate::gate::LONG;

/// When everything begins.
pub(crate) const NOW: i64 = 1_000_000;
/// Everything on one page.
pub(crate) const ALL: Paging = Paging { limit: 1_000, offset: 0 };

/// A clock that moves when told to.
#[derive(Default)]
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        at(NOW + self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct World {
    pub(crate) ledger: Arc<TestLedger>,
    pub(crate) warehouse: Arc<TestWarehouse>,
    pub(crate) app: Arc<App>,
    clock: Arc<SetClock>,
    disk: MemoryDisk,
    findings: Arc<ReferenceFindings>,
    settings: Settings,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Settings { analysis_every: Duration::MAX, ..Settings::default() })
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self::open(MemoryLedger::default(), MemoryDisk::default(), Arc::default(), settings, None)
    }

    /// Reads wait this long at most.
    pub(crate) fn patient(seconds: u64) -> Self {
        let mut settings = Settings::default();
        settings.limits.fence_seconds_max = seconds;
        Self::with(settings)
    }

    fn open(
        ledger: MemoryLedger,
        disk: MemoryDisk,
        findings: Arc<ReferenceFindings>,
        settings: Settings,
        forgotten: Option<Timestamp>,
    ) -> Self {
        let warehouse = TestWarehouse::on(disk.open(), forgotten);
        Self::start(TestLedger::on(ledger), warehouse, disk, findings, settings)
    }

    fn start(ledger: TestLedger, warehouse: TestWarehouse, disk: MemoryDisk, findings: Arc<ReferenceFindings>, settings: Settings) -> Self {
        let (ledger, warehouse) = (Arc::new(ledger), Arc::new(warehouse));
        let clock = Arc::new(SetClock::default());
        let engines = Engines { ledger: ledger.clone(), warehouse: warehouse.clone(), findings: findings.clone(), clock: clock.clone() };
        let app = App::start(engines, settings.clone()).unwrap();
        Self { ledger, warehouse, app, clock, disk, findings, settings }
    }

    pub(crate) fn pass_micros(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Closes and starts again on what is on disk.
    pub(crate) fn restart(self) -> Self {
        self.restart_having_forgotten(None)
    }

    /// The same with other settings.
    pub(crate) fn restart_with(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self.restart()
    }

    /// The same, with a warehouse that tells no ids, and that the latest of them occurred then.
    pub(crate) fn restart_having_forgotten(self, forgotten: Option<Timestamp>) -> Self {
        self.app.close().unwrap();
        Self::open(self.ledger.inner.clone(), self.disk, self.findings, self.settings, forgotten)
    }

    /// Starts on this ledger with a warehouse that lost everything and applies nothing yet: its gate is shut.
    pub(crate) fn on(ledger: MemoryLedger) -> Self {
        let (disk, settings) = (MemoryDisk::default(), Settings::default());
        let warehouse = TestWarehouse::on(disk.open(), None);
        warehouse.applies.shut();
        Self::start(TestLedger::on(ledger), warehouse, disk, Arc::default(), settings)
    }

    /// The time, by the app's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn write(&self, write: Write) -> Result<Written> {
        self.write_as(&ctx(ACME), write).await
    }

    pub(crate) async fn write_as(&self, ctx: &Ctx, write: Write) -> Result<Written> {
        let permit = self.app.admit(100)?;
        within_reason(self.app.write(ctx, permit, write)).await
    }

    /// How many events a write came to.
    pub(crate) async fn count(&self, write: Write) -> usize {
        match self.write(write).await.unwrap().outcome {
            Outcome::Events(count) => count,
            other => panic!("a count of events expected: {other:?}"),
        }
    }

    pub(crate) async fn read(&self, session: &str) -> Result<Vec<EventView>> {
        let ctx = ctx(ACME);
        let page = within_reason(events::of_session(&self.app, &ctx, session, None, Order::Ascending, ALL)).await?;
        assert_eq!(page.total, page.rows.len() as u64);
        Ok(page.rows)
    }

    /// The caller's ids of a session's events, oldest first; `-` where there is none.
    pub(crate) async fn keys(&self, session: &str) -> Vec<String> {
        let rows = self.read(session).await.unwrap();
        rows.into_iter().map(|view| view.event.facts.key.unwrap_or_else(|| "-".to_owned())).collect()
    }

    pub(crate) async fn totals(&self, session: &str) -> Totals {
        sessions::get(&self.app, &ctx(ACME), session).await.unwrap().0.session.totals
    }

    /// Closes without an error.
    pub(crate) fn close(&self) {
        self.app.close().unwrap();
    }
}

pub(crate) fn by_name(name: &str) -> Handle {
    Handle { id: None, name: name.to_owned() }
}

pub(crate) fn ctx(tenant: TenantId) -> Ctx {
    Ctx { tenant, key: KeyId(Uuid::nil()), scopes: Scopes::ALL, now: at(NOW), request: Uuid::nil(), source: "test" }
}

/// A model call in `session` that took `input` tokens; what was sent says so.
pub(crate) fn call(key: Option<&str>, session: &str, input: u64) -> Draft {
    let mut facts = Facts::new(Kind::Llm, "llm.completed", at(10), "agentops");
    facts.key = key.map(str::to_owned);
    facts.tokens = Tokens { input: Some(input), ..Tokens::default() };
    facts.status = Status::Ok;
    facts.body = body::encode(format!(r#"{{"input": {input}}}"#).as_bytes());
    Draft::new(facts, Mention { session: Some(session.to_owned()), ..Mention::default() })
}

pub(crate) fn record(drafts: impl IntoIterator<Item = Draft>) -> Write {
    Write::Events { tenant: ACME, drafts: drafts.into_iter().collect() }
}

pub(crate) fn one(key: &str, session: &str, input: u64) -> Write {
    record([call(Some(key), session, input)])
}

pub(crate) fn amend(key: &str, patch: Patch) -> Write {
    Write::Amend { tenant: ACME, patches: vec![(key.to_owned(), patch)] }
}

/// What `future` comes to; fails the test where it never would.
pub(crate) async fn within_reason<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.expect("an answer comes")
}

/// Runs `future` up to where it waits first, which for a write is behind the queue.
pub(crate) async fn begun<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    let mut future: Pin<Box<dyn Future<Output = T> + 'a>> = Box::pin(future);
    std::future::poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending(), "it has to wait");
        Poll::Ready(())
    })
    .await;
    future
}
