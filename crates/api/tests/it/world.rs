//! A server without a socket: the router on the reference engines, with a clock that only moves when told to and a key of every sort.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use debrief_api::{Api, router};
use debrief_app::clock::Clock;
use debrief_app::keyring::{NewKey, create_key};
use debrief_app::{App, Engines, Settings};
use debrief_model::limit::Limits;
use debrief_model::{Position, Scopes, TenantId, Timestamp};
use debrief_store::{Ledger, Origin};
use debrief_testkit::findings::ReferenceFindings;
use debrief_testkit::ledger::MemoryLedger;
use debrief_testkit::warehouse::Fixture;
use debrief_testkit::warehouse::reference::MemoryDisk;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use uuid::Uuid;

/// 2026-01-01T12:00:00Z.
const START: Timestamp = Timestamp(1_767_268_800_000_000);
/// Small, so that bodies beyond it are cheap to make.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;
/// As small.
const BATCH_EVENTS_MAX: usize = 100;

struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Content types of bodies that are no text.
pub(crate) const IN_HEXADECIMAL: [&str; 2] = ["application/grpc", "application/x-protobuf"];

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as text; protobuf in hexadecimal.
    pub(crate) fn text(&self) -> String {
        if self.headers.get("content-type").is_some_and(|told| IN_HEXADECIMAL.iter().any(|binary| told == binary)) {
            return self.body.iter().map(|byte| format!("{byte:02x}")).collect();
        }
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: not JSON: {error}: {}", self.status, self.text()))
    }
}

/// The server.
pub(crate) struct World {
    /// `key`, `other_key`, `read_key`, `ingest_key`, `expired_key`, `revoked_key`.
    pub(crate) keys: BTreeMap<String, String>,
    clock: Arc<SetClock>,
    app: Arc<App>,
    router: Router,
    runtime: Runtime,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    /// One that lets a key read so often in a minute.
    pub(crate) fn with(reads_per_minute_max: Option<u32>) -> Self {
        let clock = Arc::new(SetClock(AtomicI64::new(START.0)));
        let ledger = Arc::new(MemoryLedger::default());
        let keys = make_keys(ledger.as_ref());
        let limits = Limits {
            body_bytes_max: BODY_BYTES_MAX,
            otlp_body_bytes_max: BODY_BYTES_MAX,
            batch_events_max: BATCH_EVENTS_MAX,
            ..Limits::default()
        };
        let engines = Engines {
            ledger,
            warehouse: MemoryDisk::default().open(),
            findings: Arc::new(ReferenceFindings::default()),
            clock: clock.clone(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let entered = runtime.enter();
        let app =
            App::start(engines, Settings { limits, reads_per_minute_max, analysis_every: Duration::MAX, ..Settings::default() }).unwrap();
        drop(entered);
        // What the server tells of its own beginning comes first, in a commit of its own, or positions would be a matter of luck.
        while app.fence().applied() < Position(1) {
            std::thread::yield_now();
        }
        let metrics = Box::new(|| "debrief_example 1\n".to_owned());
        let router = router(Arc::new(Api { app: app.clone(), metrics }));
        Self { keys, clock, app, router, runtime }
    }

    pub(crate) fn send(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
        })
    }

    /// Sends with these headers.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let builder =
            headers.iter().fold(Request::builder().method(method).uri(path), |builder, (name, value)| builder.header(*name, *value));
        self.send(builder.body(body.into()).unwrap())
    }

    /// Looks at the conversations that are over.
    pub(crate) fn analyse(&self) {
        self.runtime.block_on(self.app.analyse()).unwrap();
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub(crate) fn key(&self, name: &str) -> &str {
        &self.keys[name]
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let closed = self.app.close();
        assert!(closed.is_ok() || std::thread::panicking(), "the app closes without an error: {closed:?}");
    }
}

fn make_keys(ledger: &dyn Ledger) -> BTreeMap<String, String> {
    let (ours, theirs) = (
        ledger.create_tenant("ours", START, &Origin::system()).unwrap().id,
        ledger.create_tenant("theirs", START, &Origin::system()).unwrap().id,
    );
    let mut keys = BTreeMap::new();
    let mut make = |number: u128, name: &str, tenant: TenantId, scopes: Scopes, expires_at: Option<Timestamp>| {
        let secret = Some(Uuid::from_u128(0x1111_1111_2222_4333_8444_0000_0000_0000 + number));
        let wish = NewKey { tenant, name: name.to_owned(), scopes, expires_at, secret };
        let (secret, key) = create_key(ledger, wish, START, &Origin::system()).unwrap();
        keys.insert(name.to_owned(), secret);
        key.id
    };
    let (read, ingest) = (Scopes { read: true, ..Scopes::default() }, Scopes { ingest: true, ..Scopes::default() });
    make(1, "key", ours, Scopes::ALL, None);
    make(2, "other_key", theirs, Scopes::ALL, None);
    make(3, "read_key", ours, read, None);
    make(4, "ingest_key", ours, ingest, None);
    make(5, "expired_key", ours, Scopes::ALL, Some(START));
    let revoked = make(6, "revoked_key", ours, Scopes::ALL, None);
    ledger.revoke_key(revoked, START, &Origin::system()).unwrap();
    keys
}
