//! Sentiment against what people said: texts with the mean of many ratings, -4 to 4 or -1 to 1.

use debrief_insight::sentiment::{self, Class};
use serde::Serialize;

/// Every eighth of the tweets that VADER's authors had rated, offensive ones left out.
const SAMPLE: &str = include_str!("../../data/sentiment.txt");

/// Ratings this near to nought are neutral, on the scale of -4 to 4 that VADER's authors asked for.
const NEUTRAL_BAND: f64 = 0.2;
const SCALE: f64 = 4.0;

const CLASSES: [Class; 3] = [Class::Positive, Class::Neutral, Class::Negative];

/// A text that people rated.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rated {
    pub(super) mean: f64,
    pub(super) text: String,
}

/// How our figures agree with people's.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RatingsFigures {
    /// Whose texts these are.
    pub file: String,
    /// Texts.
    pub n: usize,
    /// Those that messages' figures would leave out: not English enough, or without words. They are in the other figures.
    pub unsupported: usize,
    /// Pearson's correlation with the mean ratings.
    pub pearson: Option<f64>,
    /// Up to which rating a text is neutral.
    pub neutral_band: f64,
    /// The share of texts in the class that people put them in.
    pub accuracy: Option<f64>,
    /// The mean of the three classes' F1.
    pub macro_f1: Option<f64>,
}

/// The sample that is built in.
pub(super) fn built_in() -> RatingsFigures {
    let rated = parse(SAMPLE).expect("the sample is of the layout");
    measure("built-in sample of vader-tweets", &rated)
}

/// Reads lines of id, mean rating and text, separated by tabs.
pub(super) fn parse(text: &str) -> Result<Vec<Rated>, String> {
    let lines =
        (1..).zip(text.split('\n')).map(|(number, line)| (number, line.trim_end_matches('\r'))).filter(|(_, line)| !line.is_empty());
    let rated: Vec<Rated> = lines
        .map(|(number, line)| {
            let rated = rated(line);
            rated.ok_or_else(|| format!("line {number}: not an id, a mean rating from -4 to 4 and a text, separated by tabs"))
        })
        .collect::<Result<_, _>>()?;
    if rated.is_empty() { Err("no rated texts".to_owned()) } else { Ok(rated) }
}

fn rated(line: &str) -> Option<Rated> {
    let mut columns = line.splitn(3, '\t');
    let (_, mean, text) = (columns.next()?, columns.next()?, columns.next()?);
    let mean: f64 = mean.trim().parse().ok()?;
    (-SCALE..=SCALE).contains(&mean).then(|| Rated { mean, text: text.to_owned() })
}

/// Compares.
pub(super) fn measure(file: &str, rated: &[Rated]) -> RatingsFigures {
    let largest = rated.iter().map(|rated| rated.mean.abs()).fold(0.0, f64::max);
    let neutral_band = NEUTRAL_BAND * if largest > 1.0 { 1.0 } else { 1.0 / SCALE };
    let pairs: Vec<(f64, f64)> = rated.iter().map(|rated| (rated.mean, sentiment::compound(&rated.text))).collect();
    let classes: Vec<(Class, Class)> = pairs.iter().map(|(mean, ours)| (class(*mean, neutral_band), sentiment::class(*ours))).collect();
    let right = classes.iter().filter(|(theirs, ours)| theirs == ours).count();
    RatingsFigures {
        file: file.to_owned(),
        n: rated.len(),
        unsupported: rated.iter().filter(|rated| sentiment::of_message(&rated.text).is_none()).count(),
        pearson: pearson(&pairs),
        neutral_band,
        accuracy: (!classes.is_empty()).then(|| right as f64 / classes.len() as f64),
        macro_f1: macro_f1(&classes),
    }
}

fn class(mean: f64, neutral_band: f64) -> Class {
    if mean > neutral_band {
        Class::Positive
    } else if mean < -neutral_band {
        Class::Negative
    } else {
        Class::Neutral
    }
}

/// Nothing for fewer than two pairs, and where one side is always the same.
pub(super) fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let (sum_x, sum_y) = pairs.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0, y + pair.1));
    let (mean_x, mean_y) = (sum_x / n, sum_y / n);
    let moments = |x: f64, y: f64| [(x - mean_x) * (y - mean_y), (x - mean_x).powi(2), (y - mean_y).powi(2)];
    let [xy, xx, yy] = pairs.iter().fold([0.0; 3], |sums, (x, y)| {
        let found = moments(*x, *y);
        [sums[0] + found[0], sums[1] + found[1], sums[2] + found[2]]
    });
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// The mean F1 of the classes that occur on either side.
pub(super) fn macro_f1(classes: &[(Class, Class)]) -> Option<f64> {
    let count = |of: &dyn Fn(&(Class, Class)) -> bool| classes.iter().filter(|pair| of(pair)).count() as f64;
    let f1 = |class: Class| {
        let both = count(&|(theirs, ours)| *theirs == class && *ours == class);
        let either = count(&|(theirs, _)| *theirs == class) + count(&|(_, ours)| *ours == class);
        (either > 0.0).then(|| 2.0 * both / either)
    };
    let found: Vec<f64> = CLASSES.into_iter().filter_map(f1).collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}
