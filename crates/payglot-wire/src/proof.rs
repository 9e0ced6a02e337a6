//! A value whose sender has proved who they are.

/// Made only by the signature module of a protocol, after it compared a signature, a checksum or credentials. A function that takes
/// `Signed<T>` cannot be reached with an unproven request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<T>(T);

impl<T> Signed<T> {
    /// For signature modules: the proof was checked just now.
    pub(crate) const fn proven(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// The value, the proof left behind.
    pub fn into_inner(self) -> T {
        self.0
    }
}
