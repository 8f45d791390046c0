//! Reads Rust source as the compiler's tokens, so that a comment or a string is never mistaken for code.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::repository::File;

/// What the rules look at: names, separators and strings in order, without comments and without test modules.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    /// Anything that is neither a name nor a string, one character each; brackets appear as `(`, `[`, `{` and their ends.
    Mark(char),
    /// A literal as written, quotes included.
    Literal(String),
}

/// The tokens of the code that is compiled into the product.
pub(crate) fn product(file: &File) -> Vec<Token> {
    let mut tokens = Vec::new();
    if !is_test_file(file) {
        flatten(stream(file), &mut tokens);
    }
    tokens
}

/// The names in every attribute of the file, tests included, one list each: `["cfg", "test"]`.
pub(crate) fn attributes(file: &File) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    collect_attributes(stream(file), &mut found);
    found
}

fn stream(file: &File) -> TokenStream {
    TokenStream::from_str(&file.text).unwrap_or_else(|error| panic!("{} is not Rust: {error}", file.path.display()))
}

fn is_test_file(file: &File) -> bool {
    file.path.ends_with("tests.rs") || file.path.iter().any(|part| part == "tests")
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    let mut test_only = false;
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                if matches!(trees.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!') {
                    trees.next();
                }
                if let Some(TokenTree::Group(attribute)) = trees.next_if(is_attribute) {
                    test_only |= words(attribute.stream()) == ["cfg", "test"];
                }
            }
            // The item behind `#[cfg(test)]` ends with its braces or its semicolon.
            TokenTree::Group(group) if test_only => test_only = group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(mark) if test_only => test_only = mark.as_char() != ';',
            _ if test_only => {}
            TokenTree::Group(group) => flatten_group(&group, tokens),
            TokenTree::Ident(word) => tokens.push(Token::Word(word.to_string())),
            TokenTree::Punct(mark) => tokens.push(Token::Mark(mark.as_char())),
            TokenTree::Literal(literal) => tokens.push(Token::Literal(literal.to_string())),
        }
    }
}

fn flatten_group(group: &Group, tokens: &mut Vec<Token>) {
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ('(', ')'),
        Delimiter::Brace => ('{', '}'),
        Delimiter::Bracket => ('[', ']'),
        Delimiter::None => (' ', ' '),
    };
    tokens.push(Token::Mark(open));
    flatten(group.stream(), tokens);
    tokens.push(Token::Mark(close));
}

fn is_attribute(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

fn collect_attributes(stream: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut after_hash = false;
    for tree in stream {
        let was_after_hash = std::mem::take(&mut after_hash);
        match tree {
            TokenTree::Punct(mark) => after_hash = mark.as_char() == '#' || (was_after_hash && mark.as_char() == '!'),
            TokenTree::Group(group) if was_after_hash => found.push(words(group.stream())),
            TokenTree::Group(group) => collect_attributes(group.stream(), found),
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn words(stream: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    for tree in stream {
        match tree {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) => words.extend(self::words(group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_words(text: &str, expected: &[&str]) {
        let tokens = product(&File::made_up("src/lib.rs", text));
        let words: Vec<_> = tokens.iter().filter_map(|token| if let Token::Word(word) = token { Some(word) } else { None }).collect();
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn comments_and_attributes_are_not_code() {
        check_words("//! a\n/// b\n#[derive(C)] struct D; // e\n/* f */", &["struct", "D"]);
        check_words("#![expect(x)] mod a {}", &["mod", "a"]);
    }

    #[test]
    fn test_modules_are_not_the_product() {
        check_words("mod a; #[cfg(test)] mod tests { use b; } mod c;", &["mod", "a", "mod", "c"]);
        check_words("#[cfg(test)] mod tests; mod c;", &["mod", "c"]);
        check_words("#[cfg(test)] impl Fn(a) for B { c } mod d;", &["mod", "d"]);
        check_words("#[cfg(unix)] mod a { b }", &["mod", "a", "b"]);
        assert_eq!(product(&File::made_up("src/a/tests.rs", "mod a;")), []);
    }

    #[test]
    fn strings_are_kept_apart_from_code() {
        let tokens = product(&File::made_up("src/lib.rs", r##"let a = r#"b::c"#;"##));
        assert!(tokens.contains(&Token::Literal(r##"r#"b::c"#"##.to_owned())));
        check_words(r#"let a = "b::c";"#, &["let", "a"]);
    }

    #[test]
    fn attributes_are_found_at_any_depth() {
        let file = File::made_up("src/a/tests.rs", "#![a] mod b { #[cfg(c)] #[d = \"e\"] fn f() {} }");
        assert_eq!(attributes(&file), [vec!["a"], vec!["cfg", "c"], vec!["d"]]);
    }
}
