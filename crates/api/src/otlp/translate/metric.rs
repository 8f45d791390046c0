//! Metrics: they repeat in sums what spans say one by one, so they are counted and not kept.

use debrief_otlp::proto::collector::metrics::v1::ExportMetricsServiceRequest;

/// Counts the data points, those of generative AI's metrics apart.
pub(super) fn count(request: &ExportMetricsServiceRequest) {
    let (mut gen_ai, mut others) = (0, 0);
    for point in debrief_otlp::points(request) {
        *(if point.metric.name.starts_with("gen_ai.") { &mut gen_ai } else { &mut others }) += 1;
    }
    metrics::counter!("debrief_otlp_metric_points_total", "about" => "gen_ai").increment(gen_ai);
    metrics::counter!("debrief_otlp_metric_points_total", "about" => "other").increment(others);
}
