//! How judging goes: what it took, what came of it, how far it agrees with what was told.

use debrief_insight::agreement::Agreement;
use debrief_model::{Error, Subject, Timestamp};

use super::account::{Account, DRAWER};
use super::kept::{self, Kept};
use super::{Books, Bounds, Judging, Opinion, Spent};
use crate::{App, Ctx};

/// How judging goes for a tenant.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What there is of it while it is on; `None` while it is off.
    pub running: Option<Running>,
    /// What it took and what came of it.
    pub books: Books,
    /// What was spent today, billionths of a US dollar, what is set aside included; `None` where the model has no price.
    pub nano_usd_today: Option<i64>,
    /// How far what was judged agrees with what was told.
    pub agreement: Agreement,
    /// Whether what is judged counts in the figures of agents.
    pub headline: bool,
}

/// A judge that is on.
#[derive(Clone, Debug)]
pub struct Running {
    /// The model.
    pub model: String,
    /// The part of conversations that it is asked about.
    pub sample_rate: f64,
    /// Whether personal data is taken out before.
    pub redacts: bool,
    /// How often it may be asked, by all tenants together.
    pub bounds: Bounds,
    /// Requests that are left in this hour.
    pub requests_left: u32,
    /// Billionths of a US dollar that are left today; `None` without a bound.
    pub nano_usd_left: Option<i64>,
    /// Conversations of all tenants that wait for an answer.
    pub waiting: usize,
}

impl Running {
    fn of(judging: &Judging, spent: &Spent, waiting: usize, now: Timestamp) -> Self {
        let Judging { model, concurrency: _, bounds, sample_rate, chars_max: _, redacts } = judging;
        Self {
            model: model.name().to_owned(),
            sample_rate: *sample_rate,
            redacts: *redacts,
            bounds: *bounds,
            requests_left: bounds.requests_per_hour_max.saturating_sub(spent.requests_at(now)),
            nano_usd_left: bounds.nano_usd_per_day_max.map(|max| (max - spent.nano_usd_at(now)).max(0)),
            waiting,
        }
    }
}

/// How judging goes.
///
/// # Errors
/// `Forbidden` without scope `read`.
pub async fn figures(app: &App, ctx: &Ctx) -> crate::Result<Figures> {
    ctx.must_read()?;
    let judge = app.judge();
    let (account, spent) = match judge.and_then(|judge| judge.account(ctx.tenant)) {
        Some(known) => known,
        None => {
            let (findings, tenant) = (app.findings.clone(), ctx.tenant);
            let pieces = app.readers.run(move || findings.pieces(tenant, DRAWER)).await?;
            let (account, _) = Account::read(&pieces);
            let spent = account.books.spent;
            (account, spent)
        }
    };
    let running = judge.map(|judge| Running::of(judge.judging(), &spent, judge.waiting(), ctx.now));
    let has_price = judge.is_some_and(|judge| app.settings().prices.of_call(judge.judging().model.name(), ctx.now, 1, 1).is_some());
    Ok(Figures {
        headline: running.is_some() && account.agreement.is_enough(),
        nano_usd_today: has_price.then(|| account.books.spent.nano_usd_at(ctx.now)),
        running,
        books: account.books,
        agreement: account.agreement,
    })
}

/// What was judged of a session last, which may have gone on since; `None` where nothing was.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)`.
pub async fn on_session(app: &App, ctx: &Ctx, session: &str) -> crate::Result<Option<Opinion>> {
    ctx.must_read()?;
    let (ledger, findings, tenant, key) = (app.ledger.clone(), app.findings.clone(), ctx.tenant, session.to_owned());
    app.readers
        .run(move || {
            let session = ledger.session(tenant, &key)?.ok_or_else(|| Error::not_found(Subject::Session(key)))?;
            let piece = findings.piece(session.tenant, DRAWER, session.number.0)?;
            Ok(piece.and_then(|piece| kept::decode::<Kept>(&piece)).and_then(|kept| match kept {
                Kept::Judged(opinion) => Some(*opinion),
                Kept::Asked(_) | Kept::Failed(..) => None,
            }))
        })
        .await
}
