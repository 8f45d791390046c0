//! What a person wrote in a message: without what was pasted into it or put below it by a program.

/// What is read of a message, after what is not the writer's own is gone.
const CHARS_MAX: usize = 4_000;

/// Lines below a farewell for it to be the end of an e-mail: a name, a role, a company, a number.
const LINES_BELOW_FAREWELL_MAX: usize = 5;

const FAREWELLS: [&str; 12] = [
    "best",
    "best regards",
    "best wishes",
    "kind regards",
    "kindest regards",
    "warm regards",
    "regards",
    "many regards",
    "sincerely",
    "yours sincerely",
    "yours truly",
    "yours faithfully",
];

const ADDRESSES: [&str; 4] = ["http://", "https://", "ftp://", "www."];

/// The writer's own words, at most 4,000 characters: no code, no addresses of pages, no quoted lines, no signature.
pub(super) fn own_words(text: &str) -> String {
    let mut said = String::new();
    let mut chars_left = CHARS_MAX;
    let mut fence = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if is_fence(bare, &mut fence) || fence.is_some() || is_quoted(bare) {
            continue;
        }
        if chars_left == 0 || is_signature(bare) || is_farewell(bare) && is_short(lines.clone()) {
            break;
        }
        push(without_addresses(&without_code(line)).as_str(), &mut said, &mut chars_left);
    }
    said
}

fn push(line: &str, said: &mut String, chars_left: &mut usize) {
    for found in line.chars().chain(['\n']).take(*chars_left) {
        said.push(found);
        *chars_left -= 1;
    }
}

/// Whether a line begins or ends a block of code. `fence` is the mark of the open one.
fn is_fence(line: &str, fence: &mut Option<&'static str>) -> bool {
    let Some(mark) = ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark)) else { return false };
    match *fence {
        None if line[mark.len()..].contains(mark) => return false,
        None => *fence = Some(mark),
        Some(open) if open == mark => *fence = None,
        Some(_) => {}
    }
    true
}

/// A line that a program quoted, or with which it introduces what it quotes.
fn is_quoted(line: &str) -> bool {
    line.starts_with('>') || line.starts_with("On ") && line.ends_with(" wrote:")
}

/// A line below which nothing is the writer's own.
fn is_signature(line: &str) -> bool {
    line == "--" || line.starts_with("Sent from my ") || line == "-----Original Message-----"
}

fn is_farewell(line: &str) -> bool {
    let bare = line.trim_end_matches([',', '.', '!', ' ']);
    FAREWELLS.iter().any(|farewell| bare.eq_ignore_ascii_case(farewell))
}

fn is_short<'a>(below: impl Iterator<Item = &'a str>) -> bool {
    below.filter(|line| !line.trim().is_empty()).take(LINES_BELOW_FAREWELL_MAX + 1).count() <= LINES_BELOW_FAREWELL_MAX
}

/// A line without what is between pairs of back-quotes.
fn without_code(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((_, behind)) = after.trim_start_matches('`').split_once('`') else { break };
        kept.push_str(before);
        kept.push(' ');
        rest = behind.trim_start_matches('`');
    }
    kept + rest
}

/// A line without addresses, which reach from where they begin to the next white space.
fn without_addresses(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    for word in line.split_inclusive(char::is_whitespace) {
        match ADDRESSES.iter().filter_map(|begin| word.find(begin)).min() {
            Some(address) => kept.extend([&word[..address], " "]),
            None => kept.push_str(word),
        }
    }
    kept
}
