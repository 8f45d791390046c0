//! What all dialects share. Nothing here knows a vendor.

pub mod agent;
pub mod auth;
pub mod body;
pub mod call;
pub mod described;
pub mod facade;
pub mod json;
pub(crate) mod kept;
pub mod members;
pub mod money;
pub mod openapi;
pub mod page;
pub mod reply;
mod rest;
pub mod serve;
pub mod time;
pub mod tls;
