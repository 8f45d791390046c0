//! Bytes, which are hexadecimal in ids and base64 in attributes.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Field;

/// An id: the only bytes that messages have as a field of their own. Whether it is as long as it must be is not asked
/// here, because that is asked of protobuf's ids too.
impl Field for Vec<u8> {
    fn of_text(text: &str) -> Option<Self> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        // Collecting through options would not know how many bytes there will be.
        let mut id = Self::with_capacity(pairs.len());
        for pair in pairs {
            id.push(byte(*pair)?);
        }
        rest.is_empty().then_some(id)
    }
}

fn byte([high, low]: [u8; 2]) -> Option<u8> {
    Some(digit(high)? << 4 | digit(low)?)
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The bytes of an attribute.
pub(super) struct Base64(pub(super) Vec<u8>);

impl Field for Base64 {
    fn of_text(text: &str) -> Option<Self> {
        let either = STANDARD_BASE64.decode(text).or_else(|_| URL_SAFE_BASE64.decode(text));
        either.ok().map(Self)
    }
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);

const STANDARD_BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);

const URL_SAFE_BASE64: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
