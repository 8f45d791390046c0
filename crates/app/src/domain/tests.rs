//! Circles of causes, on ids alone.

use std::collections::HashMap;

use super::*;

fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

fn check(told: &[u128], causes: &[(u128, u128)], expected: Option<usize>) {
    let ids: Vec<_> = told.iter().copied().map(id).collect();
    let causes: HashMap<_, _> = causes.iter().map(|(effect, cause)| (id(*effect), id(*cause))).collect();
    assert_eq!(first_in_circle(&ids, &causes), expected, "{told:?} {causes:?}");
}

#[test]
fn a_circle_is_found_wherever_it_is_entered() {
    check(&[], &[], None);
    check(&[1], &[(1, 1)], Some(0));
    check(&[1, 2, 3], &[(2, 1), (3, 2)], None);
    check(&[1, 2], &[(1, 2), (2, 1)], Some(0));
    check(&[3, 1, 2], &[(3, 1), (1, 2), (2, 1)], Some(1));
    // Over events that were told before.
    check(&[1], &[(1, 9), (9, 8), (8, 1)], Some(0));
    check(&[1, 2], &[(1, 9), (9, 2)], None);
    // The same event twice is no circle.
    check(&[1, 1], &[(1, 2)], None);
}

#[test]
fn a_long_chain_costs_one_look_at_each_event() {
    let told: Vec<_> = (0..100_000).collect();
    let mut causes: Vec<_> = told.iter().map(|number| (*number, number + 1)).collect();
    check(&told, &causes, None);
    causes.push((100_000, 0));
    check(&told, &causes, Some(0));
}

#[test]
fn the_form_the_key_and_the_body_make_a_request() {
    let digest = |form: &str, body: &str| Once::of("k", form, body).digest;
    assert_eq!(digest("a", "b"), digest("a", "b"));
    assert_ne!(digest("a", "b"), digest("ab", ""));
    assert_ne!(digest("a", "b"), digest("a", "c"));
    assert_eq!(Once::of("k", "a", "b").key, "event:k");
}
