//! `PUT /api/v1/people`, `GET` and `PUT /api/v1/people/{person}`.

use debrief_app::{Change, Outcome, Write, Written, offload, people};
use debrief_model::Error;

use super::{auth, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Declares a person; one who is known gets the given properties, and keeps the former ones where none are given.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`.
pub(super) async fn create_person(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let (key, properties) = offload::translate(text.len(), move || translate::person(&text)).await?;
    let change = Change::PutPerson { tenant: ctx.tenant, key, properties };
    told(call.write(&ctx, permit, Write::Catalogue(change)).await?)
}

/// One person.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Person)`.
pub(super) async fn get_person(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let person = people::get(call.app(), &ctx, &translate::path_name(&call, "person")?).await?;
    Ok(Reply::json(&wire::Person::from(person)))
}

/// Replaces the properties of a person.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`, `NotFound(Person)`.
pub(super) async fn update_person(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let key = translate::path_name(&call, "person")?;
    let Payload { text, permit } = call.payload().await?;
    let properties = offload::translate(text.len(), move || translate::new_properties(&text)).await?;
    let change = Change::UpdatePerson { tenant: ctx.tenant, key, properties };
    told(call.write(&ctx, permit, Write::Catalogue(change)).await?)
}

fn told(written: Written) -> Result<Reply, Error> {
    match written.outcome {
        Outcome::Person(person) => Ok(Reply::json(&wire::Person::from(person)).at(written.position)),
        other => Err(translate::unexpected(&other)),
    }
}
