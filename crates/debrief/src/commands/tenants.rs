//! `debrief tenants …`.

use std::process::ExitCode;

use comfy_table::{Table, presets};
use debrief_app::clock::{Clock, SystemClock};
use debrief_store::Ledger;
use serde_json::json;

use super::keys::{time, told};
use crate::cli::Tenants;
use crate::data_dir::DataDir;
use crate::logging::say;

pub(super) fn run(command: Tenants) -> Result<ExitCode, String> {
    match command {
        Tenants::Create { name, data } => create(&*DataDir::open_existing(&data.path)?.ledger()?, &name),
        Tenants::List { data, json } => list(&*DataDir::open_existing(&data.path)?.ledger()?, json),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn create(ledger: &dyn Ledger, name: &str) -> Result<(), String> {
    if name.trim().is_empty() || name.chars().count() > 200 {
        return Err("a tenant's name has 1 to 200 characters".to_owned());
    }
    ledger.create_tenant(name, SystemClock.now(), &crate::system::operator()).map_err(told)?;
    say(&format!("Made tenant '{name}'. Give it a key: debrief keys create --tenant '{name}'"));
    Ok(())
}

fn list(ledger: &dyn Ledger, as_json: bool) -> Result<(), String> {
    let tenants = ledger.tenants().map_err(told)?;
    if as_json {
        let rows: Vec<_> = tenants.iter().map(|tenant| json!({ "name": tenant.name, "createdAt": time(tenant.created_at) })).collect();
        say(&json!({ "tenants": rows }).to_string());
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["NAME", "CREATED"]);
    for tenant in &tenants {
        table.add_row([tenant.name.clone(), time(tenant.created_at)]);
    }
    say(&table.to_string());
    Ok(())
}
