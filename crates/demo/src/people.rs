//! People: who they are follows from the number that they have in their audience, so that the same person comes back.

use crate::cast::Audience;
use crate::conversation::{Language, Person};
use crate::rng::{Rng, mix};

/// Somebody of an audience who speaks this language. A few come often, most once or twice.
pub(crate) fn somebody(audience: &Audience, language: Language, rng: &mut Rng) -> Person {
    let share = rng.share();
    let number = (share * share * f64::from(audience.people)) as u64;
    if audience.is_german && language != Language::German {
        person(audience, number + FROM_ELSEWHERE, false)
    } else {
        person(audience, number, audience.is_german)
    }
}

/// Where the numbers of those begin who have come from elsewhere.
const FROM_ELSEWHERE: u64 = 1_000_000;

fn person(audience: &Audience, number: u64, is_german: bool) -> Person {
    let seed = audience.prefix.bytes().fold(number, |sum, byte| mix(sum ^ u64::from(byte)));
    let of = |list: &[&'static str], salt: u64| list[usize::try_from(mix(seed ^ salt) % list.len() as u64).unwrap_or(0)];
    let names = if is_german { (FIRST_NAMES_DE, FAMILY_NAMES_DE) } else { (FIRST_NAMES, FAMILY_NAMES) };
    Person {
        id: format!("{}-{:05x}", audience.prefix, mix(seed) & 0xf_ffff),
        first_name: of(names.0, 1),
        family_name: of(names.1, 2),
        city: of(if audience.is_german { CITIES_DE } else { CITIES }, 3),
        group: of(audience.groups, 4),
    }
}

const FIRST_NAMES: &[&str] = &[
    "Aisha", "Ben", "Camille", "Daniel", "Elena", "Femi", "Grace", "Hannah", "Ivan", "Joana", "Kenji", "Laura", "Mei", "Noah", "Olivia",
    "Pablo", "Priya", "Quentin", "Rosa", "Samuel", "Tomasz", "Uma", "Victor", "Wendy", "Ximena", "Yara", "Zoe", "Marcus", "Ingrid", "Luca",
    "Nadia", "Oscar", "Petra", "Ravi", "Sofia", "Theo", "Clara", "Amir", "Beatriz", "Colin",
];
const FAMILY_NAMES: &[&str] = &[
    "Abbott",
    "Bergström",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Hughes",
    "Ibrahim",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Patel",
    "Quinn",
    "Rossi",
    "Silva",
    "Thompson",
    "Usman",
    "Vega",
    "Walsh",
    "Xu",
    "Young",
    "Zhang",
    "Carter",
    "Delgado",
    "Evans",
    "Flores",
    "Hart",
    "Iyer",
    "Khan",
    "Lopez",
    "Murphy",
    "Novak",
];
const CITIES: &[&str] = &[
    "Leeds",
    "Portland",
    "Galway",
    "Denver",
    "Bristol",
    "Lisbon",
    "Vancouver",
    "Austin",
    "Malmö",
    "Cardiff",
    "Boulder",
    "Lyon",
    "Glasgow",
    "Turin",
    "Boise",
    "Seattle",
    "Ghent",
    "Calgary",
    "Oslo",
    "Chicago",
];
const FIRST_NAMES_DE: &[&str] = &[
    "Anna", "Bernd", "Claudia", "Dirk", "Emine", "Frank", "Gisela", "Heike", "Ingo", "Jonas", "Katrin", "Lena", "Mehmet", "Nina", "Olaf",
    "Paula", "Ralf", "Sabine", "Thorsten", "Ursula", "Volker", "Wiebke", "Yasemin", "Karin", "Lukas", "Marlene",
];
const FAMILY_NAMES_DE: &[&str] = &[
    "Albrecht",
    "Baumann",
    "Çelik",
    "Dietrich",
    "Engel",
    "Franke",
    "Groß",
    "Hartmann",
    "Jung",
    "Krüger",
    "Lehmann",
    "Möller",
    "Neumann",
    "Otto",
    "Peters",
    "Richter",
    "Schäfer",
    "Seidel",
    "Vogel",
    "Winkler",
    "Yilmaz",
    "Zimmermann",
];
const CITIES_DE: &[&str] =
    &["Kassel", "Bremen", "Leipzig", "Augsburg", "Münster", "Freiburg", "Rostock", "Mainz", "Göttingen", "Chemnitz", "Jena", "Kiel"];
