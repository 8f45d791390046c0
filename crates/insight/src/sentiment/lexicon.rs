//! The words VADER knows: its lexicon and emoji table as published, and the lists that are part of its program. One table is
//! built on first use; looking a word up costs a hash and, nearly always, one comparison.

use std::borrow::Cow;
use std::sync::LazyLock;

/// `word<TAB>mean of ten people's ratings, -4 to 4`, one a line. Where a word is listed twice, the later rating counts.
const LEXICON: &str = include_str!("../../data/vader/lexicon.txt");

/// `emoji<TAB>description`, one a line.
const EMOJI: &str = include_str!("../../data/vader/emoji.txt");

/// How much a word of degree adds to the word behind it.
const BOOST: f64 = 0.293;

const BOOSTERS: &str = "absolutely amazingly awfully completely considerable considerably decidedly deeply effing enormous \
    enormously entirely especially exceptional exceptionally extreme extremely fabulously flipping flippin frackin fracking \
    fricking frickin frigging friggin fully fuckin fucking fuggin fugging greatly hella highly hugely incredible incredibly \
    intensely major majorly more most particularly purely quite really remarkably so substantially thoroughly total totally \
    tremendous tremendously uber unbelievably unusually utter utterly very";

/// Those of one word; `just enough`, `kind of` and `sort of` are known to the rules.
const DAMPENERS: &str = "almost barely hardly kinda kindof kind-of less little marginal marginally occasional occasionally \
    partly scarce scarcely slight slightly somewhat sorta sortof sort-of";

const NEGATIONS: &str = "aint arent cannot cant couldnt darent didnt doesnt ain't aren't can't couldn't daren't didn't doesn't \
    dont hadnt hasnt havent isnt mightnt mustnt neither don't hadn't hasn't haven't isn't mightn't mustn't neednt needn't never \
    none nope nor not nothing nowhere oughtnt shant shouldnt uhuh wasnt werent oughtn't shan't shouldn't uh-uh wasn't weren't \
    without wont wouldnt won't wouldn't rarely seldom despite";

/// A power of two, four times as many as there are words, so that most words sit where their hash says.
const SLOTS: usize = 1 << 15;

/// No word of the table is longer.
const WORD_BYTES_MAX: usize = 32;

/// What is known of a word in small letters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Word {
    /// What it feels like, -4 to 4.
    pub(super) valence: Option<f64>,
    /// What it adds to the word behind it, if it is a word of degree.
    pub(super) boost: Option<f64>,
    /// Whether it negates.
    pub(super) negates: bool,
}

struct Words {
    /// Places in `entries`, plus one; nought where there is none.
    slots: Vec<u16>,
    entries: Vec<(&'static str, Word)>,
}

static WORDS: LazyLock<Words> = LazyLock::new(Words::new);

static DESCRIPTIONS: LazyLock<Vec<(char, &'static str)>> = LazyLock::new(|| {
    let mut listed: Vec<_> = lines(EMOJI).map(|(emoji, said)| (emoji.chars().next().expect("no emoji is empty"), said)).collect();
    listed.sort_unstable();
    listed
});

/// What is known of a word, which has to be in small letters.
pub(super) fn word(lower: &str) -> Word {
    if lower.len() > WORD_BYTES_MAX {
        return Word::default();
    }
    let slot = WORDS.slots[WORDS.slot(lower)];
    usize::from(slot).checked_sub(1).map_or_else(Word::default, |at| WORDS.entries[at].1)
}

/// A text with each emoji replaced by its description. Like the original it looks at one character at a time, so what changes
/// an emoji's skin or makes one of several stays in the text; and it puts a space before a description but none behind.
pub(super) fn spell_out_emoji(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut spelt = String::with_capacity(text.len() * 2);
    let mut after_space = true;
    for found in text.chars() {
        if let Some(description) = description(found) {
            if !after_space {
                spelt.push(' ');
            }
            spelt.push_str(description);
            after_space = false;
        } else {
            spelt.push(found);
            after_space = found == ' ';
        }
    }
    Cow::Owned(spelt)
}

fn description(found: char) -> Option<&'static str> {
    if found.is_ascii() {
        return None;
    }
    let at = DESCRIPTIONS.binary_search_by_key(&found, |(emoji, _)| *emoji).ok()?;
    Some(DESCRIPTIONS[at].1)
}

impl Words {
    fn new() -> Self {
        let mut words = Self { slots: vec![0; SLOTS], entries: Vec::new() };
        for (word, mean) in lines(LEXICON) {
            words.entry(word).valence = Some(mean.parse().expect("the lexicon's means are numbers"));
        }
        for (list, boost) in [(BOOSTERS, BOOST), (DAMPENERS, -BOOST)] {
            list.split(' ').for_each(|word| words.entry(word).boost = Some(boost));
        }
        NEGATIONS.split(' ').for_each(|word| words.entry(word).negates = true);
        words
    }

    fn entry(&mut self, word: &'static str) -> &mut Word {
        let slot = self.slot(word);
        if self.slots[slot] == 0 {
            self.entries.push((word, Word::default()));
            self.slots[slot] = u16::try_from(self.entries.len()).expect("there are fewer than 65,536 words");
        }
        &mut self.entries[usize::from(self.slots[slot]) - 1].1
    }

    /// Where a word is, or the free place where it would be.
    fn slot(&self, word: &str) -> usize {
        let mut slot = hash(word) % SLOTS;
        while self.slots[slot] != 0 && self.entries[usize::from(self.slots[slot]) - 1].0 != word {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }
}

fn lines(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().map(|line| line.split_once('\t').expect("a line has two columns"))
}

/// FNV-1a: good on short words, and the same on every machine.
fn hash(word: &str) -> usize {
    let mixed = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (mixed ^ (mixed >> 32)) as usize
}
