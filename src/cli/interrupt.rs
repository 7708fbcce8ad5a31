//! Ctrl-C: a simulation stops between two slices of events and says how far it came; anything else
//! ends at once, but never in the middle of a file.

use super::exit::INTERRUPTED;
use super::{draft, output};
use crate::report::bytes;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static WATCHES: AtomicUsize = AtomicUsize::new(0);
/// Where a sweep keeps what it has finished.
static KEPT: Mutex<Option<String>> = Mutex::new(None);

/// How far simulations have come that keep nothing, in words.
static CAME: Mutex<Option<String>> = Mutex::new(None);
/// Bytes of an input read, and one more.
static READ: AtomicU64 = AtomicU64::new(0);

/// Takes Ctrl-C over, unless whoever started the program has it ignored.
pub(super) fn listen() {
    // Without a handler Ctrl-C ends the program as it does by default.
    drop(ctrlc::try_set_handler(on_interrupt));
}

/// Whether Ctrl-C was pressed.
pub(super) fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// While it lives somebody looks at [`requested`], and the first Ctrl-C leaves it to them.
pub(super) struct Watch(());

impl Watch {
    /// Begins to watch.
    pub(super) fn new() -> Self {
        WATCHES.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHES.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Says from where an interrupted sweep goes on; none when it is through.
pub(super) fn keeps(journal: Option<&Path>) {
    let shown = journal.map(|path| path.display().to_string());
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = shown;
}

/// Says how far simulations have come; none when they are through.
pub(super) fn came(so_far: Option<String>) {
    *CAME.lock().unwrap_or_else(PoisonError::into_inner) = so_far;
}

/// Says that so many bytes more of an input were read; nothing of one that was just opened.
pub(super) fn read(bytes: usize) {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    if READ.fetch_add(bytes, Ordering::Relaxed) == 0 {
        READ.fetch_add(1, Ordering::Relaxed);
    }
}

/// An interruption at once, and how far it came.
fn at_once() -> String {
    let came = CAME.lock().unwrap_or_else(PoisonError::into_inner);
    let read = READ.load(Ordering::Relaxed).checked_sub(1);
    let read = read.map(|read| format!("{} of the input read", bytes(read)));
    match came.clone().or(read) {
        Some(came) => format!("interrupted: {came}; nothing was written"),
        None => "interrupted".to_owned(),
    }
}

/// What is said of an interruption: the message, and where what has finished is kept.
pub(super) fn told(message: &str) -> String {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    match &*kept {
        Some(path) => format!("{message}\n{}\n", go_on(path)),
        None => format!("{message}\n"),
    }
}

/// How to go on with what is kept in a file.
pub(super) fn go_on(path: &str) -> String {
    format!("what has finished is kept in {path}; go on with --resume")
}

#[expect(
    clippy::exit,
    reason = "nobody watches: there is no stack to unwind to that would look"
)]
fn on_interrupt() {
    let again = REQUESTED.swap(true, Ordering::SeqCst);
    if again || WATCHES.load(Ordering::SeqCst) == 0 {
        let _no_file_is_being_written = draft::between_files();
        output::stderr(&told(&at_once()));
        std::process::exit(INTERRUPTED.into());
    }
}
