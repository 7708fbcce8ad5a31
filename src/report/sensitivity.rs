//! Which inputs decide, the strongest first.

use super::quantity::Common;
use crate::experiment::metrics::Metric;
use crate::experiment::ranges::Span;
use crate::stats::convert::{count, whole};
use crate::stats::interval::Interval;
use crate::stats::morris::Effect;
use crate::stats::sobol::Index;
use serde_json::json;
use std::fmt::Write as _;

/// Longest bar.
const BAR: f64 = 20.0;

fn bar(part: f64) -> String {
    "█".repeat(whole((part.clamp(0.0, 1.0) * BAR).round()))
}

/// Indices of the strongest first.
fn ranked(sizes: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]));
    order
}

fn bounds(interval: Option<Interval>) -> serde_json::Value {
    json!(interval)
}

/// Morris screening.
///
/// # Panics
/// Never: a string takes all that is written.
pub fn morris(
    metric: &Metric,
    spans: &[Span],
    effects: &[Effect],
    runs: usize,
    json: bool,
) -> String {
    let sizes: Vec<f64> = effects.iter().map(|effect| effect.size).collect();
    let order = ranked(&sizes);
    if json {
        let inputs = order.iter().map(|&at| {
            let e = effects[at];
            json!({ "key": spans[at].key.path, "range": spans[at].text(), "mu_star": e.size,
                    "mu_star_interval": bounds(e.interval), "mu": e.mean, "sigma": e.spread })
        });
        let object = json!({ "version": env!("CARGO_PKG_VERSION"), "method": "morris",
            "metric": metric.name, "points": runs, "level": 0.95, "inputs": inputs.collect::<Vec<_>>() });
        return format!("{object:#}\n");
    }
    let most = sizes.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    // One unit for all, so that they can be compared.
    let unit = Common::of(metric, most);
    let mut out = format!(
        "Morris: effect on {} of going through the whole range; mu* is its mean size (95 %), mu its mean,\n\
         sigma its spread (curvature, interaction, or chance between runs). {runs} points.\n\n",
        metric.name
    );
    for at in order {
        let (span, e) = (spans[at], effects[at]);
        writeln!(
            out,
            "{:<26} {:<20} {:<BARS$}  mu* {}  mu {}  sigma {}",
            span.key.path,
            span.text(),
            bar(e.size / most),
            unit.estimate(e.size, e.interval),
            unit.value(e.mean),
            unit.value(e.spread),
            BARS = whole(BAR)
        )
        .expect("a string takes all that is written");
    }
    out
}

/// Sobol indices.
///
/// # Panics
/// Never: a string takes all that is written.
pub fn sobol(
    metric: &Metric,
    spans: &[Span],
    indices: &[Index],
    runs: usize,
    json: bool,
) -> String {
    let sizes: Vec<f64> = indices.iter().map(|index| index.total).collect();
    let order = ranked(&sizes);
    if json {
        let inputs = order.iter().map(|&at| {
            let i = indices[at];
            json!({ "key": spans[at].key.path, "range": spans[at].text(), "first": i.first,
                    "first_interval": bounds(Some(i.first_interval)), "total": i.total,
                    "total_interval": bounds(Some(i.total_interval)) })
        });
        let object = json!({ "version": env!("CARGO_PKG_VERSION"), "method": "sobol",
            "metric": metric.name, "points": runs, "level": 0.95, "inputs": inputs.collect::<Vec<_>>() });
        return format!("{object:#}\n");
    }
    let mut out = format!(
        "Sobol: part of the variance of {} that an input explains alone (first) and with all it\n\
         interacts with (total), with 95 % bootstrap intervals. {runs} points.\n\n",
        metric.name
    );
    for at in order {
        let (span, i) = (spans[at], indices[at]);
        let told = |v: f64, b: Interval| format!("{v:.2} ({:.2} to {:.2})", b.low, b.high);
        writeln!(
            out,
            "{:<26} {:<20} {:<BARS$}  total {}  first {}",
            span.key.path,
            span.text(),
            bar(i.total),
            told(i.total, i.total_interval),
            told(i.first, i.first_interval),
            BARS = whole(BAR)
        )
        .expect("a string takes all that is written");
    }
    let rows = count(runs) / count(spans.len() + 2);
    writeln!(
        out,
        "\nIntervals that are too wide to rank by ask for more --rows ({rows:.0} now)."
    )
    .expect("a string takes all that is written");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::ranges::span;

    #[test]
    fn effects_have_one_unit() {
        let metric = Metric::find("peak_drop_bytes").expect("a metric");
        let spans = ["costs.callback", "costs.batch"].map(|key| span(key).expect("a range"));
        let effect = |size: f64| Effect {
            size,
            interval: None,
            mean: -size,
            spread: 0.1 * size,
        };
        let text = morris(metric, &spans, &[effect(2e9), effect(3e8)], 12, false);
        assert!(
            text.contains("mu* 2 GB") && text.contains("mu* 0.3 GB"),
            "{text}"
        );
        assert!(!text.contains("MB"), "{text}");
    }
}
