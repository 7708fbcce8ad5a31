//! What the machine tells a listener agrees with what it counts, under every policy and design.

use crate::support::listen;
use rcusim::experiment::Scenario;
use rcusim::models::params::{BarrierDesign, DestroyPolicy, Params};
use rcusim::models::record::{BarrierStep, GpStep, Record, Role, What, Who};
use rcusim::models::segcblist::Callback;
use rcusim::sim::Instant;

fn params() -> Params {
    let mut params = Scenario::builtin("recorded-2cpu")
        .expect("an embedded scenario is valid")
        .params;
    params.calls = 300;
    params
}

fn sum(records: &[(Instant, Record)], of: impl Fn(What) -> u64) -> u64 {
    records.iter().map(|(_, record)| of(record.what)).sum()
}

fn step(wanted: BarrierStep) -> impl Fn(What) -> u64 {
    move |what| u64::from(matches!(what, What::RcuBarrier { step, .. } if step == wanted))
}

fn gp(wanted: GpStep) -> impl Fn(What) -> u64 {
    move |what| u64::from(matches!(what, What::RcuGracePeriod { step, .. } if step == wanted))
}

#[test]
fn words_add_up_under_every_policy() {
    for &policy in DestroyPolicy::ALL {
        let params = Params { policy, ..params() };
        let (out, told) = listen(&params);
        let count = |wanted| sum(&told, step(wanted));
        assert_eq!(count(BarrierStep::Begin), out.barriers.calls);
        assert_eq!(count(BarrierStep::EarlyExit), out.barriers.early_exits);
        assert_eq!(count(BarrierStep::Inc1), out.barriers.full);
        let entrained = count(BarrierStep::Irq) - count(BarrierStep::IrqNq);
        assert_eq!(count(BarrierStep::OnlineQ), count(BarrierStep::Irq));
        assert_eq!(
            entrained,
            count(BarrierStep::Cb) + count(BarrierStep::LastCb)
        );
        let looked_at = count(BarrierStep::OnlineQ) + count(BarrierStep::OnlineNQ);
        assert_eq!(looked_at, out.barriers.full * params.cpus);
        let returned = sum(&told, |what| u64::from(what == What::BarrierReturned));
        assert_eq!(returned, out.barriers.calls);
    }
}

#[test]
fn namespaces_and_fqdirs_are_told_of_from_creation_to_end() {
    for &policy in DestroyPolicy::ALL {
        let params = Params { policy, ..params() };
        let (out, told) = listen(&params);
        let created = sum(&told, |what| u64::from(what == What::NamespaceCreated));
        let put = sum(&told, |what| u64::from(what == What::NamespacePut));
        let taken = sum(&told, |what| match what {
            What::BatchTaken { namespaces } => namespaces,
            _ => 0,
        });
        let freed = sum(&told, |what| match what {
            What::BatchFreed { namespaces } => namespaces,
            _ => 0,
        });
        assert_eq!(
            (created, put, taken, freed),
            (out.created, out.created, out.created, out.created)
        );
        let handed = sum(&told, |what| u64::from(what == What::FqdirHandedOver));
        let gone = sum(&told, |what| match what {
            What::FqdirsFreed { fqdirs } => fqdirs,
            _ => 0,
        });
        assert_eq!((handed, gone), (created * params.fqdirs, handed));
    }
}

#[test]
fn works_are_queued_activated_started_and_ended_once_each() {
    for barrier in [BarrierDesign::Mutex, BarrierDesign::WaitQueue] {
        let (out, told) = listen(&Params {
            barrier,
            ..params()
        });
        let mut works: Vec<(u64, u8)> = Vec::new();
        for (_, record) in &told {
            works.extend(match record.what {
                What::QueueWork { work, .. } => Some((work.number, 0)),
                What::ActivateWork(work) => Some((work.number, 1)),
                What::ExecuteStart(work) => Some((work.number, 2)),
                What::ExecuteEnd(work) => Some((work.number, 3)),
                _ => None,
            });
        }
        let cleanup: Vec<_> = works.iter().filter(|w| w.0 == u64::MAX).collect();
        let runs = cleanup.iter().filter(|w| w.1 == 3).count();
        assert_eq!(runs, out.cleanup_net.len());
        works.retain(|w| w.0 != u64::MAX);
        // A stable sort by number keeps each work's steps in the order told.
        works.sort_by_key(|w| w.0);
        let steps: Vec<_> = works.chunk_by(|a, b| a.0 == b.0).collect();
        assert!(steps.len() > 500);
        for work in steps {
            // The run ends as the last work's function returns; it may not be seen to end.
            let told: Vec<u8> = work.iter().map(|w| w.1).collect();
            assert!([0, 1, 2, 3].starts_with(&told), "{work:?}");
        }
    }
}

#[test]
fn callbacks_queued_are_invoked_and_grace_periods_alternate() {
    let (out, told) = listen(&params());
    let queued = sum(&told, |what| match what {
        What::CallbackQueued { count, .. } => count,
        _ => 0,
    });
    let entrained = sum(&told, step(BarrierStep::Irq)) - sum(&told, step(BarrierStep::IrqNq));
    let heads = sum(&told, |what| match what {
        What::CallbackQueued {
            callback: Callback::Barrier(_),
            count,
        } => count,
        _ => 0,
    });
    assert_eq!(heads, entrained, "a barrier's own heads are told as queued");
    let invoked = sum(&told, |what| match what {
        What::CallbackInvoked { count, .. } => count,
        _ => 0,
    });
    let in_batches = sum(&told, |what| match what {
        What::RcuBatchEnd { invoked, .. } => invoked,
        _ => 0,
    });
    assert_eq!(invoked, in_batches);
    let left = queued
        .checked_sub(invoked)
        .expect("nothing is invoked that was not queued");
    assert!(left < queued / 10, "{left} of {queued} are left at the end");
    let bounds = told.iter().filter_map(|(_, record)| match record.what {
        What::RcuGracePeriod { step, seq } if step == GpStep::Start || step == GpStep::End => {
            assert!(matches!(record.who, Who::Task(_, Role::GpThread)));
            Some((step, seq))
        }
        _ => None,
    });
    let bounds: Vec<_> = bounds.collect();
    for pair in bounds.chunks_exact(2) {
        assert_eq!(pair[0], (GpStep::Start, pair[1].1));
        assert_eq!(pair[1].0, GpStep::End);
    }
    let ended = sum(&told, gp(GpStep::End));
    assert!(ended >= out.grace_period_ns.len() as u64);
    assert!(sum(&told, gp(GpStep::CpuQs)) > 0 && sum(&told, gp(GpStep::CpuEnd)) > 0);
}

#[test]
fn who_has_a_cpu_is_told_with_each_record() {
    let params = params();
    let (_, told) = listen(&params);
    for (_, record) in &told {
        assert!(u64::from(record.cpu) < params.cpus);
        let begins = matches!(
            record.what,
            What::RcuBarrier {
                step: BarrierStep::Begin | BarrierStep::Inc1 | BarrierStep::Inc2,
                ..
            }
        );
        assert!(!begins || matches!(record.who, Who::Task(..)), "{record:?}");
    }
}
