//! The two encodings that OTLP over HTTP has, and the media types that tell them apart.

/// How a body is written. An answer is written as its request was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Binary protobuf.
    Protobuf,
    /// JSON, in the mapping that OTLP defines.
    Json,
}

impl Encoding {
    /// The encoding that a `Content-Type` names, parameters aside; `None` for a media type that OTLP has not.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let named = MEDIA_TYPES.iter().find(|(name, _)| media_type.eq_ignore_ascii_case(name));
        named.map(|(_, encoding)| *encoding)
    }

    /// The `Content-Type` of an answer.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => PROTOBUF,
            Self::Json => JSON,
        }
    }
}

const PROTOBUF: &str = "application/x-protobuf";

const JSON: &str = "application/json";

/// OTLP's own names, and the one registered for protobuf, which hand-written senders use.
const MEDIA_TYPES: [(&str, Encoding); 3] =
    [(PROTOBUF, Encoding::Protobuf), ("application/protobuf", Encoding::Protobuf), (JSON, Encoding::Json)];

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn media_types_name_encodings() {
        for (content_type, expected) in [
            ("application/x-protobuf", Some(Encoding::Protobuf)),
            ("application/protobuf", Some(Encoding::Protobuf)),
            ("Application/JSON ; charset=utf-8", Some(Encoding::Json)),
            ("application/jsonl", None),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(Encoding::from_content_type(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn an_answer_names_the_encoding_of_its_request() {
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            assert_eq!(Encoding::from_content_type(encoding.content_type()), Some(encoding));
        }
    }
}
