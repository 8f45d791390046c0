//! A prepared body with slots: everything expensive about an event is made once, and each sending patches ids and times only.

/// Width of a caller's session id in a body: `s-` and 22 hexadecimal digits.
pub const SESSION_KEY_BYTES: usize = 24;

/// What a slot holds. Each kind has a fixed width, so that patching never moves a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The caller's session id, [`SESSION_KEY_BYTES`] wide.
    Session,
    /// The caller's event id: a UUID.
    EventId,
    /// The provider's response id: 24 hexadecimal digits, made from the event's number.
    ResponseId,
    /// Start of the event: RFC 3339 without zone, six fractional digits.
    StartedAt,
    /// End of the event, in the same form.
    EndedAt,
    /// Whole seconds since 1970, ten digits.
    CreatedSeconds,
}

const ALL: [Slot; 6] = [Slot::Session, Slot::EventId, Slot::ResponseId, Slot::StartedAt, Slot::EndedAt, Slot::CreatedSeconds];

impl Slot {
    fn width(self) -> usize {
        match self {
            Slot::Session | Slot::ResponseId => SESSION_KEY_BYTES,
            Slot::EventId => 36,
            Slot::StartedAt | Slot::EndedAt => 26,
            Slot::CreatedSeconds => 10,
        }
    }

    /// The text that marks this slot while a body is written: bytes that JSON text never contains.
    pub(super) fn mark(self) -> String {
        let index = ALL.iter().position(|slot| *slot == self).expect("ALL names every slot");
        let mut mark = String::from("\u{1}");
        mark.push(char::from(b'0' + index as u8));
        mark.extend(std::iter::repeat_n('\u{2}', self.width() - 2));
        mark
    }
}

/// What changes from one sending of a template to the next.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'a> {
    /// The caller's session id.
    pub session: &'a [u8; SESSION_KEY_BYTES],
    /// The event's number, unique in a run; ids are made from it by [`event_uuid`] and [`response_id`].
    pub number: u64,
    /// Start of the event in microseconds since 1970.
    pub started_us: i64,
}

/// One event body, ready to be patched and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    body: Vec<u8>,
    slots: Vec<(usize, Slot)>,
    duration_us: i64,
}

impl Template {
    /// Finds the marks in `text` and remembers where they are.
    pub(super) fn new(text: String, duration_us: i64) -> Template {
        let body = text.into_bytes();
        let slots =
            body.iter().enumerate().filter(|(_, byte)| **byte == 1).map(|(at, _)| (at, ALL[usize::from(body[at + 1] - b'0')])).collect();
        Template { body, slots, duration_us }
    }

    /// How long the body is, whatever is patched into it.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether the body is empty; it never is.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Appends the body with its slots filled.
    pub fn render(&self, fresh: Fresh<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.body);
        for (at, slot) in &self.slots {
            let place = &mut out[start + at..start + at + slot.width()];
            match slot {
                Slot::Session => place.copy_from_slice(fresh.session),
                Slot::EventId => write_uuid(event_uuid(fresh.number), place),
                Slot::ResponseId => place.copy_from_slice(&response_id(fresh.number)),
                Slot::StartedAt => write_time(fresh.started_us, place),
                Slot::EndedAt => write_time(fresh.started_us + self.duration_us, place),
                Slot::CreatedSeconds => write_digits(fresh.started_us.div_euclid(1_000_000) as u64, place),
            }
        }
    }
}

/// The caller's id of event `number`: shaped like a random UUID, different for different numbers.
pub fn event_uuid(number: u64) -> u128 {
    let high = u128::from(super::rng::mix(number ^ 0x5bd1_e995_0000_0001));
    // The low half carries the number itself through a bijection; only its top bits give way to the variant.
    let low = u128::from(super::rng::mix(number));
    let raw = (high << 64) | low;
    (raw & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62)
}

/// The provider's response id of event `number`: 24 hexadecimal digits.
pub fn response_id(number: u64) -> [u8; SESSION_KEY_BYTES] {
    let mut digits = [0; SESSION_KEY_BYTES];
    write_hex((event_uuid(number) >> 8) << 32, &mut digits[..8]);
    write_hex(u128::from(super::rng::mix(number)) << 64, &mut digits[8..]);
    digits
}

/// Session id number `number` of a run that is itself called `run`.
pub fn session_key(run: u64, number: u64) -> [u8; SESSION_KEY_BYTES] {
    let mut key = [b'-'; SESSION_KEY_BYTES];
    key[0] = b's';
    write_hex(u128::from(super::rng::mix(run)) << 64, &mut key[2..8]);
    write_hex(u128::from(super::rng::mix(number ^ run.rotate_left(17))) << 64, &mut key[8..]);
    key
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes the highest digits of `value`, as many as fit.
fn write_hex(value: u128, place: &mut [u8]) {
    for (index, digit) in place.iter_mut().enumerate() {
        *digit = HEX[((value >> (124 - 4 * index)) & 15) as usize];
    }
}

/// Writes a UUID in its usual form of 36 characters.
pub(crate) fn write_uuid(value: u128, place: &mut [u8]) {
    let mut digits = [0; 32];
    write_hex(value, &mut digits);
    let mut from = 0;
    for (at, width) in [(0, 8), (9, 4), (14, 4), (19, 4), (24, 12)] {
        place[at..at + width].copy_from_slice(&digits[from..from + width]);
        if at + width < 36 {
            place[at + width] = b'-';
        }
        from += width;
    }
}

/// Writes `2026-11-21T23:50:32.040535`: the civil date by Hinnant's days algorithm, without any allocation.
pub(crate) fn write_time(us: i64, place: &mut [u8]) {
    let seconds = us.div_euclid(1_000_000);
    let days = seconds.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let second_of_day = seconds.rem_euclid(86_400);
    place.copy_from_slice(b"0000-00-00T00:00:00.000000");
    write_digits(year as u64, &mut place[..4]);
    write_digits(month as u64, &mut place[5..7]);
    write_digits((day_of_year - (153 * shifted + 2) / 5 + 1) as u64, &mut place[8..10]);
    write_digits((second_of_day / 3_600) as u64, &mut place[11..13]);
    write_digits((second_of_day / 60 % 60) as u64, &mut place[14..16]);
    write_digits((second_of_day % 60) as u64, &mut place[17..19]);
    write_digits(us.rem_euclid(1_000_000) as u64, &mut place[20..26]);
}

fn write_digits(mut value: u64, place: &mut [u8]) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// [`write_time`] as text, with the zone.
pub fn time_text(us: i64) -> String {
    let mut place = [0; 26];
    write_time(us, &mut place);
    format!("{}+00:00", String::from_utf8_lossy(&place))
}
