//! Waits of acquisitions, added up in batches.

/// Acquisitions in a batch.
const BATCH: u64 = 10_000;

/// Mean waits, one for each batch, in holds.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Waits {
    pub(crate) acquisitions: u64,
    sum: f64,
    means: Vec<f64>,
}

impl Waits {
    pub(crate) fn new() -> Self {
        Self {
            acquisitions: 0,
            sum: 0.0,
            means: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn add(&mut self, wait: f64) {
        self.sum += wait;
        self.acquisitions += 1;
        if self.acquisitions.is_multiple_of(BATCH) {
            self.means.push(self.sum / BATCH as f64);
            self.sum = 0.0;
        }
    }

    /// True once the run is over.
    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.acquisitions == crate::lock::ACQUISITIONS
    }

    pub(crate) fn means(&self) -> &[f64] {
        &self.means
    }
}
