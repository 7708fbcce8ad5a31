//! What the name of RCU's flavour says about preemption.
//!
//! Since 4.20 a kernel has one flavour. It is called `rcu_preempt` where readers can be preempted (`CONFIG_PREEMPT_RCU`) and
//! `rcu_sched` where they cannot (`RCU_NAME_RAW`, `kernel/rcu/tree.h`, v5.10); kernels before that name both if they are
//! preemptible. Every `rcu_*` event begins with the name, so a bare trace tells preemptible RCU from the rest. It does not
//! tell `none` from `voluntary`.
//!
//! A kernel with `CONFIG_PREEMPT_DYNAMIC` is built with preemptible RCU, whichever `preempt=` it is booted with: its trace
//! says `full`, which is right for grace periods (a tick outside of a reader is a quiescent state) and assumes that the
//! kernel gives way at wake-ups, which it does not if it is booted with `preempt=none`.

use super::estimate::{Estimate, Found};
use super::numbers::length;
use super::recording::Recording;
use crate::analyze::Samples;
use crate::experiment::keys::defaults;
use crate::models::params::Preemption;

/// The key of all this.
const KEY: &str = "machine.preempt";
/// The flavour of preemptible RCU.
const PREEMPTIBLE: &str = "rcu_preempt";
/// The flavour of the others.
const OTHERS: &str = "rcu_sched";

/// Whether RCU is preemptible, by the flavours that a trace names.
pub(super) fn preemptible(trace: &Samples) -> Option<bool> {
    let named = |name: &str| trace.flavours.iter().any(|flavour| flavour == name);
    (named(PREEMPTIBLE) || named(OTHERS)).then(|| named(PREEMPTIBLE))
}

/// The flavour of a recording: what its summary says, or else what its trace names.
pub(super) fn flavour(recording: &Recording) -> Found {
    let raw = |flavour: Preemption| {
        length(
            Preemption::ALL
                .iter()
                .take_while(|&&p| p != flavour)
                .count(),
        )
    };
    let said = recording.meta.preempt.as_deref();
    if let Some(said) = said.and_then(Preemption::parse) {
        let how = "preemption, as NAME.toml says";
        return Ok(Estimate::new(KEY, [raw(said); 3], 1, how));
    }
    let trace = recording.trace.as_ref();
    let events = trace.map_or(0, |trace| trace.grace.len());
    match trace.and_then(preemptible) {
        Some(true) => {
            let how = "grace periods of rcu_preempt: RCU is preemptible";
            Ok(Estimate::new(KEY, [raw(Preemption::Full); 3], events, how))
        }
        Some(false) => {
            let ends = [Preemption::None, defaults().preempt, Preemption::Voluntary];
            let how = "grace periods of rcu_sched: RCU is not preemptible; none and voluntary look alike, the default is taken";
            Ok(Estimate::new(KEY, ends.map(raw), events, how))
        }
        None => Err((KEY, "no event names a flavour of RCU".to_owned())),
    }
}

/// What to take where the summary says nothing and the machine is of the other kind.
pub(super) fn instead(recording: &Recording, machine: Preemption) -> Option<Preemption> {
    let traced = recording.trace.as_ref().and_then(preemptible)?;
    match (traced, machine == Preemption::Full) {
        (true, false) => Some(Preemption::Full),
        (false, true) => Some(Preemption::Voluntary),
        _ => None,
    }
}

/// A warning if summary and trace contradict each other.
pub(super) fn contradiction(recording: &Recording) -> Option<String> {
    let said = recording.meta.preempt.as_ref()?;
    let traced = recording.trace.as_ref().and_then(preemptible)?;
    let known = Preemption::parse(said)?;
    if (known == Preemption::Full) == traced {
        return None;
    }
    let (named, means) = if traced {
        (
            PREEMPTIBLE,
            "preemptible; a PREEMPT_DYNAMIC kernel's is, however it is booted",
        )
    } else {
        (OTHERS, "not preemptible")
    };
    Some(format!(
        "warning: preempt = `{said}`, but the trace names {named}, whose RCU is {means}: `{said}` is taken"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::recording::Meta;
    use crate::calibrate::series::{Row, Series};

    fn recording(said: Option<&str>, named: &[&str]) -> Recording {
        Recording {
            meta: Meta {
                preempt: said.map(str::to_owned),
                ..Meta::default()
            },
            series: Series {
                rows: vec![Row::default()],
                skipped: 0,
            },
            trace: Some(Samples {
                flavours: named.iter().map(|&name| name.to_owned()).collect(),
                ..Samples::default()
            }),
            unreadable: None,
        }
    }

    fn raw(said: Option<&str>, named: &[&str]) -> Option<[f64; 3]> {
        let found = flavour(&recording(said, named)).ok()?;
        Some([found.low, found.value, found.high])
    }

    #[test]
    fn the_flavours_name_tells_preemptible_rcu_and_no_more() {
        assert_eq!(raw(None, &[PREEMPTIBLE]), Some([2.0; 3]));
        assert_eq!(raw(None, &[OTHERS]), Some([0.0, 1.0, 1.0]));
        // Before 4.20 a preemptible kernel had both.
        assert_eq!(raw(None, &[OTHERS, PREEMPTIBLE]), Some([2.0; 3]));
        assert_eq!(raw(None, &["rcu_tasks"]), None);
    }

    #[test]
    fn the_summary_wins_and_a_contradiction_is_told() {
        assert_eq!(raw(Some("none"), &[OTHERS]), Some([0.0; 3]));
        assert_eq!(raw(Some("voluntary"), &[PREEMPTIBLE]), Some([1.0; 3]));
        let told = |said, named: &[&str]| contradiction(&recording(Some(said), named));
        assert_eq!(told("none", &[OTHERS]), None);
        assert_eq!(told("full", &[PREEMPTIBLE]), None);
        assert_eq!(told("no such word", &[PREEMPTIBLE]), None);
        let dynamic = told("voluntary", &[PREEMPTIBLE]).expect("a warning");
        assert!(dynamic.contains("PREEMPT_DYNAMIC") && dynamic.contains("`voluntary` is taken"));
        let other = told("full", &[OTHERS]).expect("a warning");
        assert!(other.contains("rcu_sched"), "{other}");
    }

    #[test]
    fn a_machine_of_the_other_kind_is_not_taken() {
        let bare = |named: &[&str], machine| instead(&recording(None, named), machine);
        assert_eq!(
            bare(&[PREEMPTIBLE], Preemption::None),
            Some(Preemption::Full)
        );
        assert_eq!(
            bare(&[OTHERS], Preemption::Full),
            Some(Preemption::Voluntary)
        );
        assert_eq!(bare(&[OTHERS], Preemption::None), None);
        assert_eq!(bare(&[], Preemption::Full), None);
    }
}
