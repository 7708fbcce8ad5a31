//! Who draws at random, and from which stream: each actor has a numbered `ChaCha` stream of the run's seed to itself.
//!
//! So one more creator, noise thread or CPU shifts nobody else's draws, and what a policy makes an actor do more or less
//! often changes no draws but its own.

use crate::sim::{Rng, Seed};

/// An actor that draws.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::models) enum Stream {
    /// Gaps between arrivals.
    Arrivals,
    /// Lives of containers, in the order in which they are created.
    Lives,
    /// How far a creator's single creations lie from their mean.
    Creator(u64),
    /// Slack of a noise thread's timers.
    Noise(u64),
    /// Gaps between a CPU's background callbacks.
    Background(u64),
    /// How late a CPU answers synchronous IPIs.
    Ipi(u64),
}

impl Stream {
    /// Actors of one kind lie 2^32 apart, CPUs' backgrounds side by side.
    const fn number(self) -> u64 {
        match self {
            Self::Arrivals => 1,
            Self::Lives => 3,
            Self::Creator(i) => 2 + (i << 32),
            Self::Noise(i) => 4 + (i << 32),
            Self::Ipi(cpu) => 5 + (cpu << 32),
            Self::Background(cpu) => 0x1000 + cpu,
        }
    }

    /// The stream, from its beginning.
    pub(in crate::models) fn of(self, seed: u64) -> Rng {
        Rng::new(Seed(seed), self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn no_two_actors_share_a_stream() {
        let of_each = |i| {
            [
                Stream::Creator(i),
                Stream::Noise(i),
                Stream::Background(i),
                Stream::Ipi(i),
            ]
        };
        let alone = [Stream::Arrivals, Stream::Lives];
        let mut numbers: Vec<u64> = (0..4_096)
            .flat_map(of_each)
            .chain(alone)
            .map(Stream::number)
            .collect();
        let actors = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), actors);
    }
}
