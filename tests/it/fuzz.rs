//! What the fuzzer has found of interest, run through the function that it runs.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/check.rs"]
mod check;

#[test]
fn the_corpus_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/analyze");
    let mut files = 0;
    let mut bytes = 0;
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let text = fs::read(entry.expect("it can be listed").path()).expect("it can be read");
        check::check(&text);
        files += 1;
        bytes += text.len();
    }
    assert!(
        files >= 39 && (20_000..200_000).contains(&bytes),
        "{files} files, {bytes} bytes"
    );
}
