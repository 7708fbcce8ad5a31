//! The backlog over time, as a line of blocks.

use super::{count, time};
use crate::models::outcome::Outcome;

/// Characters of the line.
const WIDTH: usize = 60;
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The line, the largest of each interval, and below it from how many to how many; nothing where no namespace was seen.
pub(super) fn lines(o: &Outcome) -> String {
    if o.live_peak == 0 || o.series.is_empty() {
        return String::new();
    }
    let rows: Vec<u64> = o.series_to_end().map(|row| o.backlog(row)).collect();
    let most = o.backlog_peak();
    let interval = rows.len().div_ceil(WIDTH).max(1);
    let line: String = rows
        .chunks(interval)
        .map(|some| block(largest(some), most))
        .collect();
    let whose = if o.arrivals_are_open {
        " that no container uses"
    } else {
        ""
    };
    format!(
        "  backlog   {line}\n            0 to {} not yet freed{whose}, over {}\n",
        count(most),
        time(Some(o.end.t_ns))
    )
}

fn largest(rows: &[u64]) -> u64 {
    rows.iter().copied().max().unwrap_or(0)
}

fn block(backlog: u64, most: u64) -> char {
    let top = u128::try_from(BLOCKS.len() - 1).expect("eight blocks");
    let level = (u128::from(backlog) * top).div_ceil(u128::from(most.max(1)));
    BLOCKS[usize::try_from(level).expect("a level is below eight")]
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn what_is_there_can_be_seen() {
        let line: String = [0, 1, 500, 999, 1_000]
            .map(|n| block(n, 1_000))
            .into_iter()
            .collect();
        assert_eq!(line, "▁▂▅██");
        assert_eq!(block(0, 0), '▁');
    }
}
