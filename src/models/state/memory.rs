//! Memory that the workload holds, by cache.

use crate::models::caches::{ByCache, Cache};
use crate::models::params::Params;
use crate::models::parts::Parts;
use crate::sim::Instant;

/// Memory that the workload holds.
#[derive(Clone, Debug)]
pub(in crate::models) struct Memory {
    /// What one namespace holds.
    pub(in crate::models) parts: Parts,
    pub(in crate::models) by_cache: ByCache,
    /// The sum over all caches.
    pub(in crate::models) used: u64,
    /// Most used at once, when, and what it was made of.
    pub(in crate::models) peak: u64,
    pub(in crate::models) peak_at: Instant,
    pub(in crate::models) peak_by_cache: ByCache,
    pub(in crate::models) exhausted_at: Option<Instant>,
}

impl Memory {
    pub(in crate::models) fn new(p: &Params) -> Self {
        Self {
            parts: Parts::of(p),
            by_cache: ByCache::default(),
            used: 0,
            peak: 0,
            peak_at: Instant::ZERO,
            peak_by_cache: ByCache::default(),
            exhausted_at: None,
        }
    }

    /// Bytes that namespaces hold, dead ones and their fragments included.
    pub(in crate::models) fn of_namespaces(&self) -> u64 {
        let all = Cache::ALL.iter().zip(self.by_cache);
        all.filter(|(cache, _)| cache.is_of_namespaces())
            .map(|(_, bytes)| bytes)
            .sum()
    }
}
