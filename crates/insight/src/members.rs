//! What tools are given and give back, where that is written as JSON: as far as it takes to tell equal arguments from
//! different ones, and failures from results.
//!
//! This is no parser. It splits objects and arrays at their commas, which is enough for both, and leaves whatever it does
//! not understand as the text it is. What was sent has been parsed on its way in.

/// Nesting that is looked into; what is deeper is compared as it is written.
const DEPTH_MAX: usize = 16;

/// Bytes of a text that is looked into; a longer one is compared as it is written, by its hash.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// A text that is equal for equal JSON, but for how numbers and strings are written: without white space between its
/// parts, the members of objects in the order of their names.
pub(crate) fn canonical(text: &str) -> String {
    if text.len() > TEXT_BYTES_MAX { blake3::hash(text.as_bytes()).to_string() } else { canonical_to(text, DEPTH_MAX) }
}

fn canonical_to(text: &str, depth_max: usize) -> String {
    let text = text.trim();
    if depth_max == 0 {
        return text.to_owned();
    }
    if let Some(mut members) = members(text) {
        members.sort_unstable();
        let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}:{}", canonical_to(value, depth_max - 1))).collect();
        return format!("{{{}}}", members.join(","));
    }
    match parts(text, '[', ']') {
        Some(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| canonical_to(part, depth_max - 1)).collect();
            format!("[{}]", parts.join(","))
        }
        None => text.to_owned(),
    }
}

/// The members of an object, as they are written: names with their quotes, and values. `None` if the text is no object, or
/// too long to be looked into.
pub(crate) fn of_object(text: &str) -> Option<Vec<(&str, &str)>> {
    if text.len() > TEXT_BYTES_MAX { None } else { members(text.trim()) }
}

fn members(text: &str) -> Option<Vec<(&str, &str)>> {
    parts(text, '{', '}')?.into_iter().map(member_of).collect()
}

fn member_of(part: &str) -> Option<(&str, &str)> {
    let colon = top_level(part, ':').next()?;
    Some((part[..colon].trim(), part[colon + 1..].trim()))
}

/// What stands between the commas within the brackets.
fn parts(text: &str, open: char, close: char) -> Option<Vec<&str>> {
    let inner = text.strip_prefix(open)?.strip_suffix(close)?;
    if inner.trim().is_empty() {
        return Some(Vec::new());
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for comma in top_level(inner, ',') {
        parts.push(&inner[start..comma]);
        start = comma + 1;
    }
    parts.push(&inner[start..]);
    Some(parts)
}

/// Where a character stands outside all strings and brackets.
fn top_level(text: &str, sought: char) -> impl Iterator<Item = usize> {
    let (mut in_string, mut escaped, mut depth) = (false, false, 0_usize);
    text.char_indices().filter_map(move |(at, found)| {
        let outside = !in_string && depth == 0;
        match found {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        (outside && found == sought).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_arguments_are_equal_however_they_are_written() {
        let check = |a: &str, b: &str, equal: bool| assert_eq!(canonical(a) == canonical(b), equal, "{a} {b}");
        check(r#"{"a":1,"b":[1,2]}"#, " {\"b\" : [ 1 , 2 ],\n \"a\": 1 }", true);
        check(r#"{"a":{"x":1,"y":2}}"#, r#"{"a":{"y":2, "x":1}}"#, true);
        check(r#"{"a":1}"#, r#"{"a":2}"#, false);
        check(r#"[1,2]"#, r#"[2,1]"#, false);
        check(r#"{"a":"x, y"}"#, r#"{"a":"x,y"}"#, false);
        check(r#"{"a":"\"}, {"}"#, r#"{ "a":"\"}, {" }"#, true);
        check("{}", "{ }", true);
        check("not json", " not json ", true);
        let long = |end| format!("[{}{end}]", "1,".repeat(TEXT_BYTES_MAX));
        check(&long(1), &long(1), true);
        check(&long(1), &long(2), false);
    }

    #[test]
    fn objects_are_taken_apart_at_their_top() {
        let check = |text: &str, expected: Option<&[(&str, &str)]>| assert_eq!(of_object(text).as_deref(), expected, "{text}");
        check(r#"{"a": {"status": 1}, "status": 404 }"#, Some(&[("\"a\"", "{\"status\": 1}"), ("\"status\"", "404")]));
        check("{}", Some(&[]));
        check(r#"["status"]"#, None);
        check("status: 404", None);
        check("{status}", None);
        check("", None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in r#"([\[\]{}:,"\\ ]|\PC|"a"){0,60}"#) {
            let once = canonical(&text);
            prop_assert!(once.len() <= text.len());
            of_object(&text);
        }
    }
}
