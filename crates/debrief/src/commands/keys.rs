//! `debrief keys …`. Works beside a running server: the ledger takes both, and the server looks for changes four times a second.

use std::process::ExitCode;

use comfy_table::{Table, presets};
use debrief_app::clock::{Clock, SystemClock};
use debrief_app::keyring::{self, NewKey};
use debrief_app::tokens;
use debrief_model::{ApiKey, KeyId, Scopes, Tenant, Timestamp};
use debrief_store::Ledger;
use serde_json::json;

use crate::cli::{CreateKey, Keys, Scope};
use crate::data_dir::DataDir;
use crate::logging::say;
use crate::system::operator;

const DAY_US: i64 = 24 * 3_600 * 1_000_000;

pub(super) fn run(command: Keys) -> Result<ExitCode, String> {
    match command {
        Keys::Create(wish) => create(&wish),
        Keys::List { data, json } => list(&*DataDir::open_existing(&data.path)?.ledger()?, json),
        Keys::Revoke { id, data } => revoke(&*DataDir::open_existing(&data.path)?.ledger()?, KeyId(id)),
        Keys::RotateTokenSecret { data } => rotate(&*DataDir::open_existing(&data.path)?.ledger()?),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn create(wish: &CreateKey) -> Result<(), String> {
    let ledger = DataDir::open_existing(&wish.data.path)?.ledger()?;
    let now = SystemClock.now();
    let tenants = ledger.tenants().map_err(told)?;
    let tenant = tenants.iter().find(|tenant| tenant.name == wish.tenant);
    let tenant = tenant.ok_or_else(|| format!("there is no tenant named '{}'; `debrief tenants list` shows them", wish.tenant))?;
    let mut scopes = Scopes::default();
    for scope in &wish.scopes {
        scopes.grant(match scope {
            Scope::Ingest => "ingest",
            Scope::Read => "read",
            Scope::Admin => "admin",
        });
    }
    keyring::check_scopes(scopes).map_err(told)?;
    let expires_at = wish.expires_in_days.map(|days| now.plus_micros(i64::from(days) * DAY_US));
    let new = NewKey { tenant: tenant.id, name: wish.name.clone(), scopes, expires_at, secret: None };
    let (secret, key) = keyring::create_key(ledger.as_ref(), new, now, &operator()).map_err(told)?;
    say(&format!("Key:    {secret}   (shown this once)"));
    say(&format!("Id:     {}", key.id));
    say(&format!("Scopes: {}", key.scopes.words().join(", ")));
    Ok(())
}

fn list(ledger: &dyn Ledger, as_json: bool) -> Result<(), String> {
    let (keys, tenants) = (ledger.keys().map_err(told)?, ledger.tenants().map_err(told)?);
    if as_json {
        let rows: Vec<_> = keys.iter().map(|key| as_value(key, &tenants)).collect();
        say(&json!({ "keys": rows }).to_string());
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["ID", "TENANT", "NAME", "ENDS", "SCOPES", "STATE", "CREATED", "LAST USED"]);
    for key in &keys {
        table.add_row([
            key.id.to_string(),
            tenant_name(key, &tenants).to_owned(),
            key.name.clone(),
            format!("…{}", key.last_four),
            key.scopes.words().join(","),
            state(key, SystemClock.now()).to_owned(),
            time(key.created_at),
            key.last_used_at.map_or_else(|| "never".to_owned(), time),
        ]);
    }
    say(&table.to_string());
    Ok(())
}

fn as_value(key: &ApiKey, tenants: &[Tenant]) -> serde_json::Value {
    json!({
        "id": key.id.to_string(),
        "tenant": tenant_name(key, tenants),
        "name": key.name,
        "lastFour": key.last_four,
        "scopes": key.scopes.words(),
        "state": state(key, SystemClock.now()),
        "createdAt": time(key.created_at),
        "expiresAt": key.expires_at.map(time),
        "revokedAt": key.revoked_at.map(time),
        "lastUsedAt": key.last_used_at.map(time),
    })
}

fn revoke(ledger: &dyn Ledger, id: KeyId) -> Result<(), String> {
    let key = ledger.revoke_key(id, SystemClock.now(), &operator()).map_err(told)?;
    say(&format!("Revoked '{}' (…{}). A running server refuses it within a second.", key.name, key.last_four));
    Ok(())
}

fn rotate(ledger: &dyn Ledger) -> Result<(), String> {
    ledger.put_token_secret(&tokens::new_secret(SystemClock.now()), &operator()).map_err(told)?;
    say("Session tokens are signed with a new secret from now on; those signed with the one before still work until they expire.");
    Ok(())
}

fn tenant_name<'a>(key: &ApiKey, tenants: &'a [Tenant]) -> &'a str {
    tenants.iter().find(|tenant| tenant.id == key.tenant).map_or("?", |tenant| tenant.name.as_str())
}

fn state(key: &ApiKey, now: Timestamp) -> &'static str {
    match key {
        ApiKey { revoked_at: Some(_), .. } => "revoked",
        ApiKey { expires_at: Some(at), .. } if *at <= now => "expired",
        _ => "active",
    }
}

pub(super) fn time(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| "?".to_owned(), |instant| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "is handed to map_err as it is")]
pub(super) fn told(error: debrief_model::Error) -> String {
    match error.cause() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
