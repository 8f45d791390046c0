//! Comma-separated values as RFC 4180 has them: fields may be quoted, and then have commas, line breaks and doubled quotes.

/// The records of a text with the line each begins on. Says what is wrong where a quote is never closed.
pub(super) fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
    let mut records = Vec::new();
    let (mut line, mut rest) = (1, text);
    while !rest.is_empty() {
        let (record, after) = record(rest).ok_or_else(|| format!("line {line}: a quote that is never closed"))?;
        if record.iter().any(|field| !field.is_empty()) {
            records.push((line, record));
        }
        line += rest[..rest.len() - after.len()].matches('\n').count();
        rest = after;
    }
    Ok(records)
}

/// One record, and what follows it.
fn record(text: &str) -> Option<(Vec<String>, &str)> {
    let (mut fields, mut rest) = (Vec::new(), text);
    loop {
        let (field, after) = if let Some(quoted) = rest.strip_prefix('"') { quoted_field(quoted)? } else { plain_field(rest) };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => {
                let after = after.strip_prefix('\r').unwrap_or(after);
                return Some((fields, after.strip_prefix('\n').unwrap_or(after)));
            }
        }
    }
}

fn plain_field(text: &str) -> (String, &str) {
    let end = text.find([',', '\n']).unwrap_or(text.len());
    let field = &text[..end];
    let bare = if text[end..].starts_with(',') { field } else { field.strip_suffix('\r').unwrap_or(field) };
    (bare.to_owned(), &text[end..])
}

fn quoted_field(text: &str) -> Option<(String, &str)> {
    let (mut field, mut rest) = (String::new(), text);
    loop {
        let (before, after) = rest.split_once('"')?;
        field.push_str(before);
        let Some(more) = after.strip_prefix('"') else {
            // What stands between a closing quote and the next comma belongs to nothing that the format knows; it is kept.
            let (trailing, after) = plain_field(after);
            return Some((field + &trailing, after));
        };
        field.push('"');
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use super::records;

    fn check(text: &str, expected: &[(usize, &[&str])]) {
        let found = records(text).unwrap();
        let found: Vec<(usize, Vec<&str>)> =
            found.iter().map(|(line, fields)| (*line, fields.iter().map(String::as_str).collect())).collect();
        let expected: Vec<(usize, Vec<&str>)> = expected.iter().map(|(line, fields)| (*line, fields.to_vec())).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn records_are_read() {
        check("", &[]);
        check("a,b\nc,d\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
        check("a,b\r\nc,d", &[(1, &["a", "b"]), (2, &["c", "d"])]);
        check("\"a, \"\"b\"\"\nc\",d\r\n\r\n,e\n", &[(1, &["a, \"b\"\nc", "d"]), (4, &["", "e"])]);
        check("a\"b,c", &[(1, &["a\"b", "c"])]);
        check("\"a\"b,\"\"\n", &[(1, &["ab", ""])]);
    }

    #[test]
    fn an_open_quote_is_found() {
        assert_eq!(records("a,b\n\"c,d\ne").unwrap_err(), "line 2: a quote that is never closed");
    }
}
