//! Copies of payloads.

/// Bytes that are copied at a time.
const PIECE: usize = 2048;

/// Appends bytes in small pieces.
///
/// More at once is left to the processor's own copy instruction, which takes several times as long when both ends lie at nearly the
/// same place of their pages, as the buffers of reads and writes do.
#[inline]
pub(crate) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len());
    for piece in bytes.chunks(PIECE) {
        out.extend_from_slice(piece);
    }
}
