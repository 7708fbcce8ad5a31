//! What time is spent on, and a table of it.

macro_rules! spent {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $words:literal);+ $(;)?) => {
        /// What something is doing, or waiting for, at a moment; one at a time.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Spent { $($(#[$doc])* $variant),+ }

        impl Spent {
            /// Everything.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name used in JSON, without its unit.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The words of the report.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }
        }
    };
}

spent! {
    /// A namespace is in use.
    InUse = "in_use", "in use";
    /// On `cleanup_net()`'s list while an earlier call runs.
    OnList = "behind_previous_call", "on the list behind the previous call";
    /// The work is queued (inactive or on the worklist) and nobody has begun it.
    NotStarted = "work_not_started", "work not started";
    /// A work of `inet_frag_wq` or so has done its part; the work that frees is not begun.
    FreeNotStarted = "free_work_not_started", "free work not started";
    /// The delay of a delayed work.
    Delay = "work_delay", "delay of the free work";
    /// Ready to run, and others run.
    Runnable = "runnable", "its call or work waits for a CPU";
    /// Running, spinning for a mutex included.
    Running = "running", "its call or work runs on a CPU";
    /// Running, and destroying fragment tables.
    TableDestroy = "table_destroy", "its work destroys tables";
    /// Asleep for rtnl.
    Rtnl = "rtnl", "rtnl";
    /// In `synchronize_rcu()`, and the grace period is not over.
    GracePeriod = "grace_period", "grace period";
    /// An expedited grace period.
    Expedited = "expedited_grace_period", "expedited grace period";
    /// Asleep for `barrier_mutex`, and no barrier that ended covers the call.
    MutexUnsatisfied = "mutex_behind_barrier", "mutex, behind a running barrier";
    /// Asleep for `barrier_mutex` although a barrier that ended covers the call.
    MutexSatisfied = "mutex_though_satisfied", "mutex, though satisfied";
    /// In its own barrier, and a grace period that a barrier head waits for is not over.
    BarrierGracePeriod = "barrier_grace_period", "own barrier: grace period";
    /// The grace period is over; a callback (a barrier head or a wake-up) is not yet invoked.
    Invocation = "callback_invocation", "callback invocation";
}

/// Time by what it was spent on \[ns\].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Split(pub [u128; Spent::COUNT]);

impl Split {
    /// Time spent on one thing \[ns\].
    pub fn get(&self, spent: Spent) -> u128 {
        self.0[spent as usize]
    }

    /// The whole \[ns\].
    pub fn total(&self) -> u128 {
        self.0.iter().sum()
    }

    /// What was added since an earlier reading.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut split = *self;
        for (now, then) in split.0.iter_mut().zip(earlier.0) {
            *now -= then;
        }
        split
    }
}

/// The time of all of a kind, those still there at the end of the run included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lifetime {
    /// How many there were.
    pub count: u64,
    /// Their time.
    pub split: Split,
}
