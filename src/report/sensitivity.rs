//! Which inputs decide, the strongest first.

use super::quantity::Common;
use super::table::columns;
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

/// Of each input, in this order, whether its interval lies below that of the one above it; not known of the first, and
/// without intervals.
fn told(intervals: &[Option<Interval>]) -> Vec<Option<bool>> {
    let pairs = intervals.windows(2);
    let below = pairs.map(|pair| Some(pair[1]?.high < pair[0]?.low));
    std::iter::once(None)
        .chain(below)
        .take(intervals.len())
        .collect()
}

/// What is said below a list in which the order of some neighbours is not told.
fn order_note(told: &[Option<bool>], spans: &[Span], order: &[usize]) -> String {
    let unclear = order.iter().zip(told).skip(1);
    let unclear = unclear.filter(|&(_, told)| *told != Some(true));
    let names: Vec<&str> = unclear.map(|(&at, _)| spans[at].key.path).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        "\nNot told apart from the input above it (the intervals overlap, or there is none), so their order says nothing:\n  {}\n",
        names.join(", ")
    )
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
    let intervals: Vec<_> = order.iter().map(|&at| effects[at].interval).collect();
    let told = told(&intervals);
    if json {
        let inputs = order.iter().zip(&told).map(|(&at, told)| {
            let e = effects[at];
            json!({ "key": spans[at].key.path, "range": spans[at].text(), "mu_star": e.size,
                    "mu_star_interval": bounds(e.interval), "mu": e.mean, "sigma": e.spread, "order_told": told })
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
    let rows: Vec<_> = order
        .iter()
        .map(|&at| {
            let (span, e) = (spans[at], effects[at]);
            vec![
                span.key.path.to_owned(),
                span.text(),
                bar(e.size / most),
                format!("mu* {}", unit.estimate(e.size, e.interval)),
                format!("mu {}", unit.value(e.mean)),
                format!("sigma {}", unit.value(e.spread)),
            ]
        })
        .collect();
    out += &columns(6, &rows);
    out + &order_note(&told, spans, &order)
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
    let intervals: Vec<_> = order
        .iter()
        .map(|&at| Some(indices[at].total_interval))
        .collect();
    let told = told(&intervals);
    if json {
        let inputs = order.iter().zip(&told).map(|(&at, told)| {
            let i = indices[at];
            json!({ "key": spans[at].key.path, "range": spans[at].text(), "first": i.first,
                    "first_interval": bounds(Some(i.first_interval)), "total": i.total,
                    "total_interval": bounds(Some(i.total_interval)), "order_told": told })
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
    let value = |v: f64, b: Interval| format!("{v:.2} ({:.2} to {:.2})", b.low, b.high);
    let rows: Vec<_> = order
        .iter()
        .map(|&at| {
            let (span, i) = (spans[at], indices[at]);
            vec![
                span.key.path.to_owned(),
                span.text(),
                bar(i.total),
                format!("total {}", value(i.total, i.total_interval)),
                format!("first {}", value(i.first, i.first_interval)),
            ]
        })
        .collect();
    out += &columns(5, &rows);
    out += &order_note(&told, spans, &order);
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
    fn an_order_is_told_where_intervals_lie_apart() {
        let between = |low, high| Some(Interval { low, high });
        let intervals = [
            between(8.0, 9.0),
            between(6.0, 8.5),
            between(1.0, 2.0),
            None,
        ];
        let found = told(&intervals);
        assert_eq!(found, [None, Some(false), Some(true), None]);
        assert_eq!(told(&[]), []);
        let keys = ["costs.callback", "costs.batch", "costs.ipi", "netns.fqdirs"];
        let spans = keys.map(|key| span(key).expect("a range"));
        let note = order_note(&found, &spans, &[3, 2, 1, 0]);
        let listed = note.lines().last().map(str::trim);
        assert_eq!(listed, Some("costs.ipi, costs.callback"), "{note}");
        assert_eq!(order_note(&[None, Some(true)], &spans, &[0, 1]), "");
    }

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
