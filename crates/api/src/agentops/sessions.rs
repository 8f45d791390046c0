//! Sessions: opened with a key, changed with their token.

use debrief_app::Write;
use debrief_app::sessions::{self, Opening};
use debrief_model::{Error, Session};
use debrief_store_free::Outcome;

use super::{auth, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::money;
use crate::edge::reply::Reply;
