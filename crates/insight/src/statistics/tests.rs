//! Known examples, and what always holds.

use proptest::prelude::*;

use super::{Difference, Proportion, Sample, of_means, of_proportions, z};

fn of(count: u64, total: u64) -> Proportion {
    Proportion { count, total }
}

fn near(found: Option<Difference>, expected: [f64; 4], tolerance: f64) {
    let Difference { estimate, low, high, p } = found.expect("enough observations");
    for (found, expected) in [estimate, low, high, p].into_iter().zip(expected) {
        assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
    }
}

#[test]
fn the_examples_of_newcombe() {
    // Table II of the paper, method 10, which gives the first less the second: 56/70 − 48/80, 9/10 − 3/10, 0/56 − 0/29.
    let check = |first, second, low: f64, high: f64| {
        let found = of_proportions(second, first).expect("enough observations");
        assert!((found.low - low).abs() < 0.00005 && (found.high - high).abs() < 0.00005, "{found:?}");
    };
    check(of(56, 70), of(48, 80), 0.0524, 0.3339);
    check(of(9, 10), of(3, 10), 0.1705, 0.8090);
    check(of(0, 56), of(0, 29), -0.1170, 0.0642);
}

#[test]
fn the_z_test() {
    // 84.1 % against 87.3 % of 1,000 each: p = 0.857, z = 0.032 / √(0.857 · 0.143 · 0.002) = 2.0440.
    assert!((z(of(841, 1_000), of(873, 1_000)).expect("not empty") - 2.044).abs() < 0.0005);
    assert_eq!(z(of(0, 5), of(0, 9)), Some(0.0));
    assert_eq!(z(of(0, 0), of(1, 9)), None);
    near(of_proportions(of(841, 1_000), of(873, 1_000)), [0.032, 0.0013, 0.0627, 0.0410], 0.0002);
}

#[test]
fn welchs_test() {
    // The expected figures are those of SciPy's `ttest_ind(second, first, equal_var=False)` and its confidence interval.
    let first: Sample = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4].into_iter().collect();
    let second: Sample = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.1].into_iter().collect();
    near(of_means(&first, &second), [2.813_333_333_3, 0.780_410_489_2, 4.846_256_177_5, 0.008_425_436_7], 1e-9);
    let first: Sample = [3.1, 2.9, 4.4, 3.8, 3.0].into_iter().collect();
    let second: Sample = [10.2, 3.3, 5.5, 9.9, 1.4, 7.7, 6.0, 12.1].into_iter().collect();
    near(of_means(&first, &second), [3.572_5, 0.498_307_739_9, 6.646_692_260_1, 0.028_129_905_1], 1e-9);
}

#[test]
fn few_observations_say_nothing() {
    assert_eq!(of_proportions(of(1, 4), of(3, 100)), None);
    assert_eq!(of_means(&[1.0; 4].into_iter().collect(), &[2.0; 9].into_iter().collect()), None);
    let same = of_means(&[1.0; 9].into_iter().collect(), &[1.0; 9].into_iter().collect()).expect("enough");
    assert!(!same.is_significant() && same.estimate == 0.0);
    assert!(of_means(&[1.0; 9].into_iter().collect(), &[2.0; 9].into_iter().collect()).expect("enough").is_significant());
}

proptest! {
    #[test]
    fn intervals_hold_their_estimate(n1 in 5_u64..2_000, n2 in 5_u64..2_000, share1 in 0.0_f64..=1.0, share2 in 0.0_f64..=1.0) {
        let count = |n: u64, share: f64| ((n as f64 * share) as u64).min(n);
        let found = of_proportions(of(count(n1, share1), n1), of(count(n2, share2), n2)).expect("enough observations");
        prop_assert!(found.low <= found.estimate + 1e-12 && found.estimate <= found.high + 1e-12);
        prop_assert!(found.low >= -1.0 - 1e-12 && found.high <= 1.0 + 1e-12 && (0.0..=1.0).contains(&found.p));
    }

    #[test]
    fn samples_are_what_they_are_by_definition(values in prop::collection::vec(-1e3_f64..1e3, 2..50)) {
        let sample: Sample = values.iter().copied().collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
        prop_assert!((sample.mean - mean).abs() < 1e-9 && (sample.variance().expect("two") - variance).abs() < 1e-6);
    }
}
