//! How fast texts are read on this machine: `cargo run --release -p debrief-insight --example rate [FILE]`, where each line of
//! the file is a message. Without one, made-up messages are read.

#![expect(clippy::print_stdout, reason = "printing is what an example is for")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use debrief_insight::{language, sentiment};

/// Messages of the user in a conversation.
const MESSAGES_PER_CONVERSATION: usize = 6;

const ROUNDS: usize = 5;

/// Twenty words each, as people write to agents.
const MADE_UP: [&str; 5] = [
    "I ordered two pairs of shoes last week, but only one arrived, and the box was badly damaged. Please help me!",
    "That is not what I asked for: I want the report by region, not by product, and for the whole year, please.",
    "Thanks, that works great now! Could you also tell me how to export the results so that my team can see them?",
    "WHY does it always fail when I upload a file?? This is really annoying, I have tried it five times already today.",
    "Could you move my flight from Monday to Wednesday morning, same airline, and keep the aisle seat if that is possible?",
];

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).map(std::fs::read_to_string).transpose()?;
    let texts: Vec<&str> = file.as_deref().map_or_else(|| MADE_UP.repeat(2_000), |text| text.lines().collect());
    let words: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    println!("{} messages of {:.1} words", texts.len(), words as f64 / texts.len() as f64);
    measure("compound (VADER alone)", &texts, |text| sentiment::compound(text) > 0.0);
    measure("is_supported (language)", &texts, language::is_supported);
    let us = measure("of_message (all of it)", &texts, |text| sentiment::of_message(text).is_some());
    println!("{:.0} conversations of {MESSAGES_PER_CONVERSATION} such messages a second", 1e6 / us / MESSAGES_PER_CONVERSATION as f64);
    Ok(())
}

/// The best of some rounds, in microseconds a message.
fn measure(what: &str, texts: &[&str], read: impl Fn(&str) -> bool) -> f64 {
    let round = |_| {
        let start = Instant::now();
        let yes = texts.iter().filter(|text| read(black_box(text))).count();
        black_box(yes);
        start.elapsed().as_secs_f64() * 1e6 / texts.len().max(1) as f64
    };
    let us = (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min);
    println!("{what}: {us:.2} µs/message");
    us
}
