//! How people type, how limits cut, how clients name a session: small matters of form.

use crate::cast::Dialect;
use crate::rng::Rng;

/// As people write who are in a hurry: small letters, no full stop at the end. Whoever shouts goes on shouting.
pub(crate) fn small(text: &str) -> String {
    let letters = text.chars().filter(|found| found.is_alphabetic()).count();
    let capitals = text.chars().filter(|found| found.is_uppercase()).count();
    if capitals * 3 > letters || text.contains('`') || text.contains('\n') {
        return text.to_owned();
    }
    let words =
        text.split(' ').map(|word| if word.contains(|found: char| found.is_ascii_digit()) { word.to_owned() } else { word.to_lowercase() });
    let small = words.collect::<Vec<_>>().join(" ");
    small.strip_suffix('.').map_or(small.clone(), str::to_owned)
}

/// About two thirds of a text, as a limit of tokens leaves it.
pub(crate) fn cut(text: &str) -> String {
    let chars = text.chars().count() * 2 / 3;
    text.chars().take(chars).collect::<String>().trim_end().to_owned()
}

/// The client's id for a session, in the form that its dialect has.
pub(crate) fn session_key(dialect: Dialect, rng: &mut Rng) -> String {
    let (a, b) = (rng.next(), rng.next());
    match dialect {
        Dialect::Otlp => format!("chat-{:012x}", a & 0xffff_ffff_ffff),
        Dialect::Converra => format!("desk-{:010x}", a & 0xff_ffff_ffff),
        Dialect::Agentops => {
            format!("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 52, b & 0xffff_ffff_ffff)
        }
    }
}
