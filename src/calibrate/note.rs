//! What is to be said about a recording beside its figures.

use serde::Serialize;

/// A sentence, and the key of a scenario that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The key, if it is about one.
    pub key: Option<&'static str>,
    /// The sentence.
    pub text: String,
    /// The recording says nothing of the key: no trouble if something else does.
    #[serde(skip)]
    silence: bool,
}

impl Note {
    /// About the recording as a whole.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            key: None,
            text: text.into(),
            silence: false,
        }
    }

    /// About one key.
    pub fn about(key: &'static str, text: impl Into<String>) -> Self {
        Self {
            key: Some(key),
            ..Self::plain(text)
        }
    }

    /// The recording does not say this key.
    pub fn silence(key: &'static str) -> Self {
        Self {
            silence: true,
            ..Self::about(key, format!("no {key}: the machine's is taken"))
        }
    }

    /// The key that the recording does not say.
    pub fn unsaid(&self) -> Option<&'static str> {
        self.key.filter(|_| self.silence)
    }
}
