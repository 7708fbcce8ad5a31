//! The command `rcusim`.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if startup::stdout_was_closed() {
        rcusim::cli::stdout_is_closed();
    }
    rcusim::cli::main()
}

/// Before `main` Rust opens `/dev/null` for a standard stream that is closed, and a report would be lost without a word.
/// What the program was started with can be seen only earlier: by what the loader calls before that.
#[cfg(target_os = "linux")]
mod startup {
    use std::os::fd::AsFd as _;
    use std::sync::atomic::{AtomicBool, Ordering};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    #[expect(
        unsafe_code,
        reason = "the section is what the loader calls; a function of this type is what it must hold"
    )]
    #[unsafe(link_section = ".init_array")]
    #[used]
    static LOOK: extern "C" fn() = look;

    extern "C" fn look() {
        let closed = std::io::stdout().as_fd().try_clone_to_owned().is_err();
        CLOSED.store(closed, Ordering::Relaxed);
    }

    pub(crate) fn stdout_was_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }
}
