//! Device memory, seen from the host by mapping: no copy on a CPU device, a staging copy by the
//! driver elsewhere.

use ocl::core::{self, Event, MapFlags, Mem, MemFlags};

use super::{Error, Session};

/// Device memory of a fixed length.
pub struct Buffer {
    mem: Mem,
    bytes: usize,
    name: String,
}

impl Buffer {
    /// Allocates a buffer.
    ///
    /// # Errors
    ///
    /// When the device has not enough memory.
    pub fn new(session: &Session, name: &str, bytes: u64, constant: bool) -> Result<Self, Error> {
        let bytes = usize::try_from(bytes)
            .map_err(|_| Error::Driver(format!("buffer `{name}` is too large for this machine")))?;
        let flags = match constant {
            true => MemFlags::READ_ONLY,
            false => MemFlags::READ_WRITE,
        };
        // SAFETY: no host pointer is given, so nothing has to outlive the call.
        let mem = unsafe { core::create_buffer::<_, u8>(&session.context, flags, bytes, None) }
            .map_err(Error::when(format!(
                "allocating {bytes} bytes for buffer `{name}`"
            )))?;
        Ok(Self {
            mem,
            bytes,
            name: name.to_owned(),
        })
    }

    /// OpenCL's handle.
    pub fn mem(&self) -> &Mem {
        &self.mem
    }

    /// Fills the buffer with zeros.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn zero(&self, session: &Session) -> Result<(), Error> {
        self.fill(session, &[0], 0, self.bytes as u64, None)
    }

    /// Repeats a pattern (of a length that OpenCL has a vector of) from `start` over `bytes`.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn fill(
        &self,
        session: &Session,
        pattern: &[u8],
        start: u64,
        bytes: u64,
        event: Option<&mut Event>,
    ) -> Result<(), Error> {
        let enqueue = Fill {
            queue: &session.queue,
            mem: &self.mem,
            start: start as usize,
            bytes: bytes as usize,
            event,
        };
        let filled = match pattern.len() {
            1 => enqueue.with::<1>(pattern),
            2 => enqueue.with::<2>(pattern),
            4 => enqueue.with::<4>(pattern),
            8 => enqueue.with::<8>(pattern),
            16 => enqueue.with::<16>(pattern),
            32 => enqueue.with::<32>(pattern),
            64 => enqueue.with::<64>(pattern),
            128 => enqueue.with::<128>(pattern),
            other => {
                return Err(Error::Driver(format!(
                    "buffers cannot be filled with patterns of {other} bytes"
                )))
            }
        };
        filled.map_err(Error::when(format!("filling buffer `{}`", self.name)))
    }

    /// Copies `bytes` from `start` in this buffer to `to_start` in another one.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn copy(
        &self,
        session: &Session,
        start: u64,
        to: &Self,
        to_start: u64,
        bytes: u64,
        event: &mut Event,
    ) -> Result<(), Error> {
        core::enqueue_copy_buffer::<u8, _, _, _>(
            &session.queue,
            &self.mem,
            &to.mem,
            start as usize,
            to_start as usize,
            bytes as usize,
            None::<&Event>,
            Some(event),
        )
        .map_err(Error::when(format!(
            "copying from buffer `{}` to `{}`",
            self.name, to.name
        )))
    }

    /// Waits for what was enqueued, then lets `read` see the content.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn read<T>(&self, session: &Session, read: impl FnOnce(&[u8]) -> T) -> Result<T, Error> {
        self.map(session, MapFlags::READ, 0, self.bytes, |bytes| read(bytes))
    }

    /// Like [`Self::read`], for a part of the buffer. A part that is out of range is empty.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn read_part<T>(
        &self,
        session: &Session,
        part: std::ops::Range<usize>,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Error> {
        if part.is_empty() || part.end > self.bytes {
            return Ok(read(&[]));
        }
        self.map(session, MapFlags::READ, part.start, part.len(), |bytes| {
            read(bytes)
        })
    }

    /// Waits for what was enqueued, then lets `write` set the content. What `write` finds there is
    /// arbitrary.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn write<T>(
        &self,
        session: &Session,
        write: impl FnOnce(&mut [u8]) -> T,
    ) -> Result<T, Error> {
        self.map(
            session,
            MapFlags::WRITE_INVALIDATE_REGION,
            0,
            self.bytes,
            write,
        )
    }

    fn map<T>(
        &self,
        session: &Session,
        flags: MapFlags,
        start: usize,
        bytes: usize,
        use_it: impl FnOnce(&mut [u8]) -> T,
    ) -> Result<T, Error> {
        let reaching = || Error::when(format!("reaching buffer `{}`", self.name));
        // SAFETY: the call waits until the mapping is there. The mapping covers exactly what was
        // asked for, within the buffer, and is not used after it is removed. The queue is in order
        // and waited for, so no kernel runs meanwhile. No other mapping of this buffer exists: only
        // this function makes mappings, and it removes its own before it returns.
        unsafe {
            let mut map = core::enqueue_map_buffer::<u8, _, _, _>(
                &session.queue,
                &self.mem,
                true,
                flags,
                start,
                bytes,
                None::<&Event>,
                None::<&mut Event>,
            )
            .map_err(reaching())?;
            let result = use_it(map.as_slice_mut(bytes));
            core::enqueue_unmap_mem_object(
                &session.queue,
                &self.mem,
                &map,
                None::<&Event>,
                None::<&mut Event>,
            )
            .map_err(reaching())?;
            Ok(result)
        }
    }
}

/// A fill that is to be enqueued.
struct Fill<'f> {
    queue: &'f core::CommandQueue,
    mem: &'f Mem,
    start: usize,
    bytes: usize,
    event: Option<&'f mut Event>,
}

impl Fill<'_> {
    fn with<const N: usize>(self, pattern: &[u8]) -> Result<(), core::Error> {
        let mut whole = Pattern([0; N]);
        whole.0.copy_from_slice(pattern);
        // `ocl` counts in patterns.
        core::enqueue_fill_buffer(
            self.queue,
            self.mem,
            whole,
            self.start / N,
            self.bytes / N,
            None::<&Event>,
            self.event,
            None,
        )
    }
}

/// Bytes of any meaning, for `ocl`, which wants a type.
#[derive(Clone, Copy, PartialEq, Debug)]
#[repr(transparent)]
struct Pattern<const N: usize>([u8; N]);

impl<const N: usize> Default for Pattern<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

// SAFETY: plain bytes are laid out the same everywhere.
unsafe impl<const N: usize> core::OclPrm for Pattern<N> {}
