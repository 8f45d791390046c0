//! Expected values with names in them. `{name}` takes whatever comes on first sight and means that value from then on; `{_}` takes
//! anything every time. An object with the member `"...": true` may have further members.

use std::collections::BTreeMap;

use serde_json::Value;

/// The values of names.
pub(crate) type Names = BTreeMap<String, String>;

enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text[at..].find('{') {
        let open = at + found;
        at = open + 1;
        let Some(length) = text[at..].find('}') else { break };
        let name = &text[at..at + length];
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if is_name {
            parts.push(Part::Text(&text[copied..open]));
            parts.push(Part::Name(name));
            at += length + 1;
            copied = at;
        }
    }
    parts.push(Part::Text(&text[copied..]));
    parts
}

/// The text with every name replaced by its value.
pub(crate) fn filled(text: &str, names: &Names) -> Result<String, String> {
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => Ok(text),
            Part::Name(name) => names.get(name).map(String::as_str).ok_or_else(|| format!("nothing is called {{{name}}} yet")),
        })
        .collect()
}

/// Whether `actual` is what `expected` says; learns new names.
pub(crate) fn text_matches(expected: &str, actual: &str, names: &mut Names) -> bool {
    let mut rest = actual;
    let parts = parts(expected);
    for (index, part) in parts.iter().enumerate() {
        let known = match part {
            Part::Text(text) => Some((*text).to_owned()),
            Part::Name(name) => names.get(*name).cloned(),
        };
        if let Some(known) = known {
            let Some(after) = rest.strip_prefix(known.as_str()) else { return false };
            rest = after;
            continue;
        }
        let Part::Name(name) = part else { return false };
        let until = match parts.get(index + 1) {
            Some(Part::Text(text)) if !text.is_empty() => rest.find(text),
            _ => Some(rest.len()),
        };
        let Some(until) = until else { return false };
        if *name != "_" {
            names.insert((*name).to_owned(), rest[..until].to_owned());
        }
        rest = &rest[until..];
    }
    rest.is_empty()
}

/// Where and how `actual` is not what `expected` says; learns new names.
pub(crate) fn difference(expected: &Value, actual: &Value, names: &mut Names, at: &str) -> Option<String> {
    match (expected, actual) {
        (Value::String(pattern), actual) if pattern.contains('{') => {
            let text = actual.as_str().map_or_else(|| actual.to_string(), str::to_owned);
            (!text_matches(pattern, &text, names)).then(|| format!("{at}: expected {pattern}, came {actual}"))
        }
        (Value::Object(wanted), Value::Object(came)) => {
            let open = wanted.contains_key("...");
            let missing = wanted.iter().filter(|(name, _)| *name != "...").find_map(|(name, wanted)| match came.get(name) {
                Some(came) => difference(wanted, came, names, &format!("{at}.{name}")),
                None => Some(format!("{at}.{name}: expected, did not come")),
            });
            let surplus = || came.keys().find(|name| !open && !wanted.contains_key(*name));
            missing.or_else(|| surplus().map(|name| format!("{at}.{name}: came, was not expected")))
        }
        (Value::Array(wanted), Value::Array(came)) if wanted.len() == came.len() => {
            let mut pairs = wanted.iter().zip(came).enumerate();
            pairs.find_map(|(index, (wanted, came))| difference(wanted, came, names, &format!("{at}[{index}]")))
        }
        (wanted, came) => (wanted != came).then(|| format!("{at}: expected {wanted}, came {came}")),
    }
}

/// `actual` as an expectation: names of the former one are kept, and values that have a name get it.
pub(crate) fn as_expected(former: Option<&Value>, actual: &Value, names: &mut Names) -> Value {
    match (former, actual) {
        (Some(Value::String(pattern)), _)
            if pattern.contains('{') && difference(&Value::String(pattern.clone()), actual, names, "").is_none() =>
        {
            Value::String(pattern.clone())
        }
        (former, Value::Object(came)) => {
            let former = former.and_then(Value::as_object);
            let open = former.filter(|former| former.contains_key("..."));
            let kept = came.iter().filter(|(name, _)| open.is_none_or(|former| former.contains_key(*name)));
            let mut members: serde_json::Map<_, _> =
                kept.map(|(name, came)| (name.clone(), as_expected(former.and_then(|f| f.get(name)), came, names))).collect();
            if open.is_some() {
                members.insert("...".to_owned(), Value::Bool(true));
            }
            Value::Object(members)
        }
        (former, Value::Array(came)) => {
            let former = former.and_then(Value::as_array);
            came.iter().enumerate().map(|(index, came)| as_expected(former.and_then(|f| f.get(index)), came, names)).collect()
        }
        (_, Value::String(text)) => {
            let named = names.iter().find(|(_, value)| *value == text && text.len() >= 8);
            Value::String(named.map_or_else(|| text.clone(), |(name, _)| format!("{{{name}}}")))
        }
        (_, other) => other.clone(),
    }
}
