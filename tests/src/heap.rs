//! Counts what is allocated, in a test that asks for it and is alone in its file.
//!
//! ```
//! #[global_allocator]
//! static HEAP: tests::heap::Heap = tests::heap::Heap::new();
//!
//! let text = String::from("something");
//! assert!(HEAP.in_use() >= text.len());
//! ```

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// The system's allocator, with its accounts.
#[derive(Debug)]
pub struct Heap {
    allocations: AtomicUsize,
    in_use: AtomicUsize,
    peak: AtomicUsize,
}

impl Heap {
    /// Starts with nothing.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "an allocator is a static")]
    pub const fn new() -> Self {
        Self { allocations: AtomicUsize::new(0), in_use: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
    }

    /// How often something has been allocated.
    pub fn allocations(&self) -> usize {
        self.allocations.load(Relaxed)
    }

    /// The bytes that are in use.
    pub fn in_use(&self) -> usize {
        self.in_use.load(Relaxed)
    }

    /// The most bytes that have been in use since [`forget_peak`](Self::forget_peak).
    pub fn peak(&self) -> usize {
        self.peak.load(Relaxed)
    }

    /// Lets the peak be what is in use.
    pub fn forget_peak(&self) {
        self.peak.store(self.in_use(), Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.allocations.fetch_add(1, Relaxed);
        let in_use = self.in_use.fetch_add(layout.size(), Relaxed) + layout.size();
        self.peak.fetch_max(in_use, Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.in_use.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}
