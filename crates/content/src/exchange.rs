//! Calls whose two sides lie in several pieces, as in the attributes and events of a span: instructions here, history
//! there, the answer in two attributes. Each piece is chat-like JSON, or a whole request or answer of a provider.

use serde_json::value::RawValue;

use crate::chat;
use crate::format::{Format, by_shape};
use crate::lenient::{self, Json};
use crate::listener::Listener;
use crate::message::{self, Message};
use crate::said::{Ear, Said};
use crate::transcript::Transcript;
use crate::{gemini, openai_chat};

/// A piece of a call, and who said what names no role in it.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// A text, a message, an array of either, or a provider's request or answer.
    pub json: &'a RawValue,
    /// The role of what has none.
    pub role: &'a str,
}

/// What was said in a call, by its history and its answer. See [`said`](crate::said).
pub fn said_in_pieces(history: &[Piece<'_>], answer: &[Piece<'_>]) -> Said {
    let mut ear = Ear::default();
    history.iter().for_each(|piece| read_history(&mut ear, *piece));
    ear.await_reply();
    answer.iter().for_each(|piece| read_reply(&mut ear, *piece));
    ear.finish()
}

/// The messages of a call's history.
pub fn history_in(pieces: &[Piece<'_>]) -> Vec<Message> {
    let mut transcript = Transcript::default();
    pieces.iter().for_each(|piece| read_history(&mut transcript, *piece));
    transcript.finish()
}

/// The messages of a call's answer, one for each choice.
pub fn answer_in(pieces: &[Piece<'_>]) -> Vec<Message> {
    let mut transcript = Transcript::default();
    for piece in pieces {
        let json = Json::of(piece.json);
        match by_shape(None, Some(json)) {
            Some(Format::OpenAiChat) => openai_chat::read_output(&mut transcript, Some(json)),
            Some(Format::GeminiModels) => gemini::read_output(&mut transcript, Some(json)),
            _ => read_reply(&mut transcript, *piece),
        }
    }
    transcript.finish()
}

fn read_history<'a>(listener: &mut impl Listener<'a>, piece: Piece<'a>) {
    let json = Some(Json::of(piece.json));
    let [prompt] = lenient::fields(json, ["prompt"]);
    match by_shape(json, None) {
        None => chat::read_value(listener, prompt.or(json), piece.role),
        format => message::read_inputs(listener, format, json),
    }
    // Loose parts of this piece are not those of the next.
    listener.begin(piece.role);
}

fn read_reply<'a>(listener: &mut impl Listener<'a>, piece: Piece<'a>) {
    let json = Some(Json::of(piece.json));
    match by_shape(None, json) {
        None => chat::read_value(listener, json, piece.role),
        format => message::read_reply(listener, format, json),
    }
}
