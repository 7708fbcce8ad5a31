//! The convoy alone: how many barriers it takes, over the number of works in it.

use super::{Done, Plots};
use rcusim::experiment::scenario::Scenario;
use rcusim::models::simulate;
use rcusim::plot::sweep::{Choice, Kind, are_works, chart, words_of};
use rcusim::plot::table::Table;
use std::fmt::Write as _;

const MAX_ACTIVE: [u64; 2] = [256, 512];

/// Two for all as long as all are started; of the others one barrier lets two go.
const fn expected(works: u64, max_active: u64) -> u64 {
    2 + works.saturating_sub(max_active) / 2
}

impl Plots {
    pub(super) fn convoy(&mut self) -> Done {
        let mut csv = "workload.calls,kernel.max_active,barriers_full,created\n".to_string();
        for works in (64..=1_024).step_by(64) {
            for max_active in MAX_ACTIVE {
                let mut scenario = Scenario::builtin("convoy").ok_or("an embedded scenario")?;
                scenario.set("workload.calls", &works.to_string())?;
                scenario.set("kernel.max_active", &max_active.to_string())?;
                let full = simulate(&scenario.params).barriers.full;
                assert_eq!(full, expected(works, max_active), "{works} works");
                writeln!(csv, "{works},{max_active},{full},0")?;
            }
        }
        let sweep = "rcusim sweep convoy -P calls=64..1024:+64 -P max_active=256,512 --export-csv target/convoy.csv";
        let table = Table::read(&csv)?;
        let choice = Choice {
            kind: Kind::Lines,
            x: "workload.calls".to_string(),
            x_words: words_of("workload.calls", are_works(&table)),
            y: "barriers_full".to_string(),
            by: Some("kernel.max_active".to_string()),
            log_x: false,
            log_y: false,
            is_series: false,
            mixed: Vec::new(),
            cut_off: None,
            title: "The convoy: beyond max_active one more full barrier for every two works"
                .to_string(),
            caption: sweep.to_string(),
        };
        let about = format!(
            "Scenario `convoy`: so many works at once that only call `rcu_barrier()`, all costs zero. As many as `max_active` share two barriers. Of those beyond \
             each waits for a worker that is done, and steals: one barrier lets two go, so it takes (works - `max_active`) / 2 more (docs/model.md, Links of the chain).\n\n\
             ```console\n$ {sweep} --force\n$ rcusim plot target/convoy.csv --y barriers_full -o target/convoy.svg\n```"
        );
        let picture = chart(&table, &choice)?;
        self.picture("convoy", &about, &picture)?;
        self.data("convoy", &csv)
    }
}
