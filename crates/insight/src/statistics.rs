//! The little statistics that comparing needs: is a difference more than chance would often bring, and how large may it be?
//!
//! * proportions: the z-test with pooled variance, and Newcombe's interval of the difference (R. G. Newcombe, "Interval
//!   estimation for the difference between independent proportions", Statistics in Medicine 17, 1998, method 10), which is
//!   made of two of Wilson's intervals and stays sensible for rates near 0 and 1 and for few observations;
//! * means: Welch's t-test, which does not suppose that both groups vary equally (B. L. Welch, Biometrika 34, 1947).
//!
//! The distributions are computed in `distributions`.

mod distributions;

use distributions::{normal_two_sided, student_quantile, student_two_sided};

/// Two-sided 95 % of the standard normal distribution.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Observations that each group needs before its rate or mean is compared.
pub const OBSERVATIONS_MIN: u64 = 5;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proportion {
    /// How many have the property; at most `total`.
    pub count: u64,
    /// How many were looked at.
    pub total: u64,
}

/// Numbers that were seen, by what a mean needs: added one by one, without keeping them (B. P. Welford, Technometrics 4,
/// 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// How many.
    pub total: u64,
    /// Their mean.
    pub mean: f64,
    /// Sum of the squares of their distances from the mean.
    pub squares: f64,
}

/// How two groups differ: the second less the first, in the unit of what is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The difference.
    pub estimate: f64,
    /// Where the 95 % confidence interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    /// How often chance alone brings a difference at least as large, in either direction: 0 to 1.
    pub p: f64,
}

impl Difference {
    /// Whether it is more than chance brings once in twenty times.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.p < 0.05
    }
}

impl Proportion {
    /// The share, 0 to 1; `None` of nothing.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.total > 0).then(|| self.count as f64 / self.total as f64)
    }

    /// Wilson's interval of 95 % (E. B. Wilson, Journal of the American Statistical Association 22, 1927):
    /// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). `None` of nothing.
    #[must_use]
    pub fn interval(self) -> Option<(f64, f64)> {
        let (p, n, square) = (self.share()?, self.total as f64, Z_95 * Z_95);
        let middle = p + square / (2.0 * n);
        let reach = Z_95 * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
        let within = |bound: f64| (bound / (1.0 + square / n)).clamp(0.0, 1.0);
        Some((within(middle - reach), within(middle + reach)))
    }
}

impl Sample {
    /// Adds a number; what is no finite number is left out.
    pub fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.total += 1;
            let from_former = value - self.mean;
            self.mean += from_former / self.total as f64;
            self.squares += from_former * (value - self.mean);
        }
    }

    /// The variance, with n − 1; `None` of fewer than two numbers.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.total > 1).then(|| self.squares.max(0.0) / (self.total - 1) as f64)
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sample = Self::default();
        values.into_iter().for_each(|value| sample.add(value));
        sample
    }
}

/// The statistic of the two-proportion z-test with the pooled proportion p = (x₁ + x₂) / (n₁ + n₂):
/// z = (x₂/n₂ − x₁/n₁) / √(p (1 − p) (1/n₁ + 1/n₂)). Zero where all or none have the property in both groups; `None` if one
/// of them is empty.
#[must_use]
pub fn z(first: Proportion, second: Proportion) -> Option<f64> {
    let (p1, p2) = (first.share()?, second.share()?);
    let (n1, n2) = (first.total as f64, second.total as f64);
    let pooled = (first.count as f64 + second.count as f64) / (n1 + n2);
    let deviation = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    Some(if deviation > 0.0 { (p2 - p1) / deviation } else { 0.0 })
}

/// How two proportions differ; `None` where a group has fewer than [`OBSERVATIONS_MIN`] observations.
#[must_use]
pub fn of_proportions(first: Proportion, second: Proportion) -> Option<Difference> {
    if first.total.min(second.total) < OBSERVATIONS_MIN {
        return None;
    }
    let (p1, p2) = (first.share()?, second.share()?);
    let ((low1, high1), (low2, high2)) = (first.interval()?, second.interval()?);
    let estimate = p2 - p1;
    let low = estimate - (p2 - low2).hypot(high1 - p1);
    let high = estimate + (high2 - p2).hypot(p1 - low1);
    Some(Difference { estimate, low, high, p: normal_two_sided(z(first, second)?) })
}

/// How two means differ: with sᵢ² the variances, t = (m₂ − m₁) / √(s₁²/n₁ + s₂²/n₂), compared with Student's distribution
/// of (s₁²/n₁ + s₂²/n₂)² / ((s₁²/n₁)²/(n₁−1) + (s₂²/n₂)²/(n₂−1)) degrees of freedom. `None` where a group has fewer than
/// [`OBSERVATIONS_MIN`] observations.
#[must_use]
pub fn of_means(first: &Sample, second: &Sample) -> Option<Difference> {
    if first.total.min(second.total) < OBSERVATIONS_MIN {
        return None;
    }
    let error = |sample: &Sample| sample.variance().map(|variance| variance / sample.total as f64);
    let (e1, e2) = (error(first)?, error(second)?);
    let estimate = second.mean - first.mean;
    let deviation = (e1 + e2).sqrt();
    if deviation == 0.0 {
        // Numbers that do not vary at all are either the same or not.
        return Some(Difference { estimate, low: estimate, high: estimate, p: f64::from(u8::from(estimate == 0.0)) });
    }
    let freedom = (e1 + e2).powi(2) / (e1 * e1 / (first.total - 1) as f64 + e2 * e2 / (second.total - 1) as f64);
    let reach = student_quantile(0.05, freedom) * deviation;
    let p = student_two_sided(estimate / deviation, freedom);
    Some(Difference { estimate, low: estimate - reach, high: estimate + reach, p })
}

#[cfg(test)]
mod tests;
