//! What metrics requests measured.

use super::samples;
use crate::proto::common::v1::any_value::Value;
use crate::{Measured, data_points, points};

#[test]
fn every_kind_of_metric_has_points() {
    let request = samples::metrics();
    let found: Vec<_> = points(&request).map(|point| (point.metric.name.as_str(), point.time_unix_nano, point.measured)).collect();
    let expected = [
        ("queue", 30, Measured::Double(2.5)),
        ("queue", 31, Measured::Nothing),
        ("tokens", 30, Measured::Int(1200)),
        ("duration", 30, Measured::Distribution { count: 3, sum: Some(4.5) }),
        ("latency", 30, Measured::Distribution { count: 5, sum: Some(-1.0) }),
        ("old", 30, Measured::Distribution { count: 2, sum: Some(9.0) }),
    ];
    assert_eq!(found, expected);
    assert_eq!(data_points(&request), 6);
}

#[test]
fn a_point_knows_what_it_belongs_to() {
    let request = samples::metrics();
    let point = points(&request).nth(2).expect("the tokens");
    assert_eq!(point.metric.unit, "{token}");
    assert_eq!(point.attributes, [samples::attribute("gen_ai.token.type", Value::StringValue("input".into()))]);
    assert_eq!(point.resource, [samples::attribute("service.name", Value::StringValue("concierge".into()))]);
}

#[test]
fn a_metric_without_data_has_no_points() {
    let mut request = samples::metrics();
    request.resource_metrics[0].scope_metrics[0].metrics[1].data = None;
    request.resource_metrics[0].resource = None;
    assert_eq!((points(&request).count(), data_points(&request)), (5, 5));
}
