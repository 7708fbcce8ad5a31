//! The series as CSV: the columns of the recordings of 5.10.

use super::session::Row;
use std::fmt::Write as _;

/// Names of the columns: seconds since the loop began, calls done, lines of `/proc/meminfo` \[KiB\], active slab
/// objects and what they take \[KiB\], kworkers in D state and in all.
pub(super) const COLUMNS: &str = "t_s,done,MemAvailable_kb,MemFree_kb,Slab_kb,SUnreclaim_kb,Percpu_kb,\
    KernelStack_kb,netns_active,netns_kb,sock_inode_active,sock_inode_kb,kmalloc_kb,kworkers_D,kworkers";

/// One line a sample; what could not be read is empty.
pub(super) fn csv(rows: &[Row]) -> String {
    let mut out = format!("{COLUMNS}\n");
    for row in rows {
        let (memory, slabs) = (&row.sample.memory, &row.sample.slabs);
        let (netns, sockets) = (slabs.net_namespace, slabs.sock_inode_cache);
        let workers = row.sample.workers;
        let ms = row.t_ns / 1_000_000;
        write!(out, "{}.{:03},{}", ms / 1000, ms % 1000, row.done).expect("a string takes all");
        for value in [
            memory.available,
            memory.free,
            memory.slab,
            memory.unreclaimable,
            memory.percpu,
            memory.stacks,
            netns.map(|(active, _)| active),
            netns.map(|(_, kib)| kib),
            sockets.map(|(active, _)| active),
            sockets.map(|(_, kib)| kib),
            slabs.kmalloc_kib,
            workers.map(|workers| workers.blocked),
            workers.map(|workers| workers.all),
        ] {
            let value = value.map_or_else(String::new, |value| value.to_string());
            write!(out, ",{value}").expect("a string takes all");
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::proc::{Memory, Sample, Slabs, Workers};
    use super::*;

    #[test]
    fn every_value_is_under_its_name_and_absent_ones_are_empty() {
        let full = Sample {
            memory: Memory {
                total: Some(0),
                available: Some(1),
                free: Some(2),
                slab: Some(3),
                unreclaimable: Some(4),
                percpu: Some(5),
                stacks: Some(6),
            },
            slabs: Slabs {
                net_namespace: Some((7, 8)),
                sock_inode_cache: Some((9, 10)),
                kmalloc_kib: Some(11),
            },
            workers: Some(Workers {
                blocked: 12,
                all: 13,
                cleanup_net: true,
            }),
        };
        let row = |t_ns, done, sample| Row { t_ns, done, sample };
        let text = csv(&[row(0, 0, full), row(1_234_567_890, 44, Sample::default())]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], "0.000,0,1,2,3,4,5,6,7,8,9,10,11,12,13");
        assert_eq!(lines[2], "1.234,44,,,,,,,,,,,,,");
        assert!(lines.iter().all(|line| line.split(',').count() == 15));
        assert_eq!(text.lines().next(), Some(COLUMNS));
    }
}
