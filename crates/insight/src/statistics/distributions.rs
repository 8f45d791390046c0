//! The normal distribution and Student's, as far as two-sided tests need them.
//!
//! Both are computed from their series and continued fractions to about ten digits, which tests hold against published
//! values; that is all that a crate would be needed for.

/// Terms of a series or continued fraction. The slowest, the incomplete beta function, takes about the square root of its
/// larger argument.
const TERMS_MAX: u32 = 10_000;

/// What one term more has to change for it to matter.
const EPSILON: f64 = 1e-15;

/// A number that stands for zero where something is divided by it.
const TINY: f64 = 1e-300;

/// How far off the middle a normal value is computed from the series, beyond it from the continued fraction.
const SERIES_MAX: f64 = 3.0;

/// The chance that a standard normal value lies at least so far from 0: erfc(|z| / √2).
pub(super) fn normal_two_sided(z: f64) -> f64 {
    let x = z.abs();
    let density = (-x * x / 2.0).exp() * (2.0 / std::f64::consts::PI).sqrt();
    let chance = if x < SERIES_MAX { 1.0 - density * middle_series(x) } else { density * tail_fraction(x) };
    chance.clamp(0.0, 1.0)
}

/// x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + …, all terms positive.
fn middle_series(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..TERMS_MAX {
        term *= x * x / f64::from(2 * n + 1);
        sum += term;
        if term <= sum * EPSILON {
            break;
        }
    }
    sum
}

/// 1/(x + 1/(x + 2/(x + 3/(x + …)))) (Laplace), from the inside out.
fn tail_fraction(x: f64) -> f64 {
    const DEPTH: u32 = 200;
    1.0 / (1..=DEPTH).rev().fold(x, |inner, n| x + f64::from(n) / inner)
}

/// The chance that a value of Student's distribution lies at least so far from 0: the regularised incomplete beta function
/// I(ν/(ν + t²); ν/2, 1/2).
pub(super) fn student_two_sided(t: f64, freedom: f64) -> f64 {
    incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// How far from 0 a value of Student's distribution lies with no more than this chance, found by halving.
pub(super) fn student_quantile(chance: f64, freedom: f64) -> f64 {
    const HALVINGS: u32 = 200;
    let (mut low, mut high) = (0.0, 1.0);
    while student_two_sided(high, freedom) > chance && high < 1e12 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if student_two_sided(middle, freedom) > chance { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The regularised incomplete beta function I(x; a, b) (NIST Digital Library of Mathematical Functions, 8.17), by the
/// continued fraction 8.17.22 where that converges quickly, else by the symmetry I(x; a, b) = 1 − I(1−x; b, a).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    let found =
        if x < (a + 1.0) / (a + b + 2.0) { front / a * beta_fraction(x, a, b) } else { 1.0 - front / b * beta_fraction(1.0 - x, b, a) };
    found.clamp(0.0, 1.0)
}

/// 1/(1 + d₁/(1 + d₂/(1 + …))), by the method of Lentz in the form of Thompson and Barnett, which goes from the outside in
/// and so knows when to stop.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut c, mut d, mut found) = (f64::INFINITY, 1.0, 1.0);
    for n in 1..TERMS_MAX {
        let coefficient = beta_coefficient(n, x, a, b);
        d = 1.0 / not_zero(1.0 + coefficient * d);
        c = not_zero(1.0 + coefficient / c);
        found *= c * d;
        if (c * d - 1.0).abs() < EPSILON {
            break;
        }
    }
    found
}

/// d₂ₘ = m(b−m)x / ((a+2m−1)(a+2m)), d₂ₘ₊₁ = −(a+m)(a+b+m)x / ((a+2m)(a+2m+1)).
fn beta_coefficient(n: u32, x: f64, a: f64, b: f64) -> f64 {
    let m = f64::from(n / 2);
    if n.is_multiple_of(2) {
        m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
    } else {
        -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
    }
}

/// ln Γ(x) for x > 0: Stirling's series from 15 on, below it by Γ(x + 1) = x Γ(x).
fn ln_gamma(x: f64) -> f64 {
    const STIRLING_MIN: f64 = 15.0;
    let (mut x, mut product) = (x, 1.0);
    while x < STIRLING_MIN {
        product *= x;
        x += 1.0;
    }
    let square = x * x;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1_260.0 - 1.0 / (1_680.0 * square)) / square) / square) / x;
    (x - 0.5) * x.ln() - x + std::f64::consts::TAU.ln() / 2.0 + series - product.ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-10 + 1e-9 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn the_normal_distribution() {
        near(normal_two_sided(0.0), 1.0);
        near(normal_two_sided(1.0), 0.317_310_507_862_914_15);
        near(normal_two_sided(-1.959_963_984_540_054), 0.05);
        near(normal_two_sided(2.999_999), normal_two_sided(3.000_001) + 2e-6 * 0.008_863_696_823_876);
        near(normal_two_sided(4.0) * 1e5, 6.334_248_366_623_993);
        assert!((normal_two_sided(8.0) / 1.244_192_114_854_357e-15 - 1.0).abs() < 1e-9);
        near(normal_two_sided(f64::INFINITY), 0.0);
    }

    #[test]
    fn the_gamma_function() {
        near(ln_gamma(1.0), 0.0);
        near(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln());
        near(ln_gamma(11.0), 3_628_800_f64.ln());
        near(ln_gamma(100.0), 359.134_205_369_575_4);
    }

    #[test]
    fn students_distribution_where_it_has_a_closed_form() {
        for t in [0.0, 0.1, 1.0, 2.5, 30.0, 1e4] {
            near(student_two_sided(t, 1.0), 1.0 - 2.0 / std::f64::consts::PI * t.atan());
            near(student_two_sided(t, 2.0), 1.0 - t / (2.0 + t * t).sqrt());
        }
    }

    #[test]
    fn students_distribution_of_any_degrees_of_freedom() {
        // As SciPy has them: `2 * scipy.stats.t.sf(t, freedom)`.
        near(student_two_sided(0.7, 3.3), 0.530_088_079_323_258_2);
        near(student_two_sided(2.5, 17.2), 0.022_813_432_486_772_946);
        near(student_two_sided(-1.96, 1e6), 0.049_996_067_585_269_85);
        near(student_two_sided(5.0, 400.0) * 1e6, 0.859_482_512_911_87);
    }

    #[test]
    fn published_quantiles() {
        // The usual table of two-sided 95 %: 1, 5, 10, 30 and 120 degrees of freedom.
        for (freedom, expected) in [(1.0, 12.706), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042), (120.0, 1.980), (1e7, 1.960)] {
            assert!((student_quantile(0.05, freedom) - expected).abs() < 0.0005, "{freedom}");
        }
    }

    proptest! {
        #[test]
        fn chances_are_chances(t in -1e6_f64..1e6, freedom in 1.0_f64..1e6) {
            for chance in [student_two_sided(t, freedom), normal_two_sided(t)] {
                prop_assert!((0.0..=1.0).contains(&chance));
            }
            prop_assert!(student_two_sided(t, freedom) >= student_two_sided(t * 1.5, freedom) - 1e-9);
        }
    }
}
