//! The vocabulary: word lists by slot name. Only words here; `text` knows how sentences use them.

/// The words that may stand for `{slot}`, or nothing when the slot is no word list.
pub(super) fn list(slot: &str) -> Option<&'static [&'static str]> {
    Some(match slot {
        "name" => NAMES,
        "product" => PRODUCTS,
        "colour" => &["graphite", "sand", "navy", "moss", "cream", "rust red", "petrol", "white", "black", "lilac"],
        "city" => CITIES,
        "carrier" => &["ParcelNorth", "Hermelin", "QuickCrate", "BlueVan", "Postwerk", "Overland", "CityBike Courier"],
        "plan" => &["Starter", "Team", "Studio", "Business", "Scale", "Campus", "Solo yearly"],
        "feeling" => FEELINGS,
        "symptom" => SYMPTOMS,
        "remedy" => REMEDIES,
        "weekday" => &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        "month" => &["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"],
        "crate" => &["tokio", "serde", "reqwest", "sqlx", "tracing", "rayon", "hyper", "clap", "regex", "bytes"],
        "module" => MODULES,
        "func" => FUNCTIONS,
        "type" => &["RetryPolicy", "InvoiceRow", "SessionStore", "PageCursor", "Settings", "UploadJob", "Quota", "LeaseTable"],
        "exception" => {
            &["ValueError", "TimeoutError", "KeyError", "PermissionError", "ConnectionResetError", "JSONDecodeError", "StaleCursorError"]
        }
        "table" => &["orders", "invoices", "subscriptions", "shipments", "refunds", "devices", "seats", "audit_entries"],
        "column" => &["created_at", "customer_id", "status", "amount_cents", "country", "renewal_date", "sku", "owner_id"],
        "adverb" => &["usually", "almost always", "sometimes", "rarely", "as of last week", "on most days", "every other time"],
        "polite" => &[
            "Thanks for waiting",
            "Good question",
            "I had a look",
            "All right",
            "Happy to help",
            "I see",
            "Sorry about that",
            "Understood",
        ],
        "closing" => CLOSINGS,
        _ => return None,
    })
}

const NAMES: &[&str] = &[
    "Amina", "Bjarne", "Chiara", "Dimitri", "Elif", "Fintan", "Greta", "Hiro", "Ines", "Jaromír", "Kwame", "Leonie", "Mateus", "Noor",
    "Oksana", "Piotr", "Quinn", "Rosalind", "Søren", "Tamsin", "Umberto", "Valérie", "Wanjiru", "Xiomara", "Yusuf", "Zdenka",
];

const PRODUCTS: &[&str] = &[
    "standing desk",
    "espresso grinder",
    "trail backpack",
    "noise-cancelling headset",
    "bike trailer",
    "cast-iron pan",
    "e-reader",
    "robot mower",
    "air purifier",
    "kids' helmet",
    "label printer",
    "induction hob",
    "travel router",
    "camping stove",
    "desk lamp",
    "winter sleeping bag",
    "door sensor",
    "folding kayak",
    "sewing machine",
    "water filter",
];

const CITIES: &[&str] = &[
    "Aarhus",
    "Bilbao",
    "Cork",
    "Dresden",
    "Espoo",
    "Ferrara",
    "Ghent",
    "Halifax",
    "Izmir",
    "Jyväskylä",
    "Kraków",
    "Leeds",
    "Malmö",
    "Nantes",
    "Osaka",
    "Porto",
    "Quito",
    "Rotterdam",
    "Split",
    "Toulouse",
    "Utrecht",
    "Valparaíso",
    "Wellington",
    "Zürich",
];

const FEELINGS: &[&str] = &[
    "a bit annoyed by now",
    "in no hurry",
    "leaving for a trip soon",
    "not sure I did it right",
    "honestly disappointed",
    "just curious",
    "running out of patience",
    "quite happy otherwise",
    "new to this",
    "writing on behalf of my mother",
];

const SYMPTOMS: &[&str] = &[
    "stops charging at eighty percent",
    "makes a grinding noise",
    "loses its connection every few minutes",
    "arrived with a cracked corner",
    "shows a blank screen after the update",
    "will not pair with my phone",
    "trips the fuse",
    "leaks at the seam",
    "reports error E-17",
    "drifts to the left",
    "smells of burnt plastic",
    "forgets its schedule overnight",
    "wobbles although all screws are tight",
];

const REMEDIES: &[&str] = &[
    "hold the power button for twelve seconds",
    "remove the battery and clean the contacts with a dry cloth",
    "install the firmware from the support page",
    "tighten the two hex screws below the cover",
    "reset the network settings and pair it again",
    "send us a photo of the serial number",
    "try another socket, ideally on a different circuit",
    "delete the old schedule before you create the new one",
    "run the calibration from the service menu",
    "replace the seal; the spare one is in the small bag",
    "sign out on every device and sign in again",
];

const MODULES: &[&str] = &[
    "billing/invoice",
    "auth/session",
    "ingest/queue",
    "search/index",
    "export/csv",
    "webhooks/retry",
    "catalog/pricing",
    "jobs/scheduler",
    "storage/blob",
    "reports/monthly",
    "mail/templates",
    "sync/calendar",
];

const FUNCTIONS: &[&str] = &[
    "load_settings",
    "apply_discount",
    "parse_cursor",
    "refresh_token",
    "merge_rows",
    "compact_segments",
    "render_invoice",
    "acquire_lease",
    "next_retry_at",
    "split_batches",
    "normalize_phone",
    "diff_snapshots",
    "flush_pending",
    "resolve_owner",
];

const CLOSINGS: &[&str] = &[
    "Let me know if that does not work.",
    "I have added a note to your account.",
    "You will get a confirmation by e-mail in a few minutes.",
    "Is there anything else you need?",
    "I will keep the case open until you confirm.",
    "You do not have to do anything else.",
    "If it happens again, please send me the exact time.",
    "Shall I go ahead?",
];
