//! A 64-bit fingerprint of the event stream: two runs with the same digest handled the same events
//! at the same times in the same order.

/// The running fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Digest {
    /// Mixes in one event: when it happened and which it was.
    #[inline]
    pub fn absorb(&mut self, at_ns: u64, fingerprint: u64) {
        let mixed = (self.0 ^ at_ns).wrapping_mul(0xff51_afd7_ed55_8ccd);
        self.0 = (mixed.rotate_left(29) ^ fingerprint)
            .wrapping_mul(0xc4ce_b9fe_1a85_ec53)
            .rotate_left(31);
    }

    /// The fingerprint so far.
    pub fn value(self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
