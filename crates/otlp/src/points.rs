//! What a metrics request measured, one data point at a time, whatever the kind of metric.

use crate::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use crate::proto::common::v1::KeyValue;
use crate::proto::metrics::v1::{
    ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, SummaryDataPoint, metric,
    number_data_point,
};

/// One data point, and the metric and resource it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point<'a> {
    /// Attributes of what was measured.
    pub resource: &'a [KeyValue],
    /// The metric: its name, unit, and whether its counts are deltas or totals.
    pub metric: &'a Metric,
    /// Attributes of the point alone.
    pub attributes: &'a [KeyValue],
    /// When it was measured, in nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// What was measured.
    pub measured: Measured,
}

/// What one data point says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measured {
    /// A gauge or sum without a value: the series has ended.
    Nothing,
    /// An integer of a gauge or sum.
    Int(i64),
    /// A number of a gauge or sum.
    Double(f64),
    /// How many values a histogram or summary has seen, and what they add up to, if that was kept.
    Distribution {
        /// How many.
        count: u64,
        /// Their sum.
        sum: Option<f64>,
    },
}

/// How many data points a request has, which is what a partial success counts.
pub fn data_points(request: &ExportMetricsServiceRequest) -> u64 {
    let counts = request.resource_metrics.iter().flat_map(metrics_of).map(points_count);
    counts.fold(0, |total, count| total + u64::try_from(count).unwrap_or(u64::MAX))
}

/// Every data point of a request, in order.
pub fn points(request: &ExportMetricsServiceRequest) -> impl Iterator<Item = Point<'_>> {
    request.resource_metrics.iter().flat_map(|of| {
        let resource = of.resource.as_ref().map(|resource| resource.attributes.as_slice()).unwrap_or_default();
        metrics_of(of).flat_map(move |metric| points_of(metric).map(move |at| at.of(resource, metric)))
    })
}

fn metrics_of(of: &ResourceMetrics) -> impl Iterator<Item = &Metric> {
    of.scope_metrics.iter().flat_map(|scope| &scope.metrics)
}

fn points_count(metric: &Metric) -> usize {
    match &metric.data {
        None => 0,
        Some(metric::Data::Gauge(gauge)) => gauge.data_points.len(),
        Some(metric::Data::Sum(sum)) => sum.data_points.len(),
        Some(metric::Data::Histogram(histogram)) => histogram.data_points.len(),
        Some(metric::Data::ExponentialHistogram(histogram)) => histogram.data_points.len(),
        Some(metric::Data::Summary(summary)) => summary.data_points.len(),
    }
}

type Bare<'a> = Box<dyn Iterator<Item = BarePoint<'a>> + 'a>;

fn points_of(metric: &Metric) -> Bare<'_> {
    match &metric.data {
        None => Box::new(std::iter::empty()),
        Some(metric::Data::Gauge(gauge)) => Box::new(gauge.data_points.iter().map(BarePoint::from)),
        Some(metric::Data::Sum(sum)) => Box::new(sum.data_points.iter().map(BarePoint::from)),
        Some(metric::Data::Histogram(histogram)) => Box::new(histogram.data_points.iter().map(BarePoint::from)),
        Some(metric::Data::ExponentialHistogram(histogram)) => Box::new(histogram.data_points.iter().map(BarePoint::from)),
        Some(metric::Data::Summary(summary)) => Box::new(summary.data_points.iter().map(BarePoint::from)),
    }
}

/// What the four kinds of data points have in common.
struct BarePoint<'a> {
    attributes: &'a [KeyValue],
    time_unix_nano: u64,
    measured: Measured,
}

impl<'a> BarePoint<'a> {
    fn of(self, resource: &'a [KeyValue], metric: &'a Metric) -> Point<'a> {
        let Self { attributes, time_unix_nano, measured } = self;
        Point { resource, metric, attributes, time_unix_nano, measured }
    }
}

impl<'a> From<&'a NumberDataPoint> for BarePoint<'a> {
    fn from(point: &'a NumberDataPoint) -> Self {
        let measured = match point.value {
            None => Measured::Nothing,
            Some(number_data_point::Value::AsInt(value)) => Measured::Int(value),
            Some(number_data_point::Value::AsDouble(value)) => Measured::Double(value),
        };
        Self { attributes: &point.attributes, time_unix_nano: point.time_unix_nano, measured }
    }
}

impl<'a> From<&'a HistogramDataPoint> for BarePoint<'a> {
    fn from(point: &'a HistogramDataPoint) -> Self {
        let measured = Measured::Distribution { count: point.count, sum: point.sum };
        Self { attributes: &point.attributes, time_unix_nano: point.time_unix_nano, measured }
    }
}

impl<'a> From<&'a ExponentialHistogramDataPoint> for BarePoint<'a> {
    fn from(point: &'a ExponentialHistogramDataPoint) -> Self {
        let measured = Measured::Distribution { count: point.count, sum: point.sum };
        Self { attributes: &point.attributes, time_unix_nano: point.time_unix_nano, measured }
    }
}

impl<'a> From<&'a SummaryDataPoint> for BarePoint<'a> {
    fn from(point: &'a SummaryDataPoint) -> Self {
        let measured = Measured::Distribution { count: point.count, sum: Some(point.sum) };
        Self { attributes: &point.attributes, time_unix_nano: point.time_unix_nano, measured }
    }
}
