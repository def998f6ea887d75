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
    /// Allocates.
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

    /// Fills it with zeros.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn zero(&self, session: &Session) -> Result<(), Error> {
        core::enqueue_fill_buffer(
            &session.queue,
            &self.mem,
            0u8,
            0,
            self.bytes,
            None::<&Event>,
            None::<&mut Event>,
            None,
        )
        .map_err(Error::when(format!("clearing buffer `{}`", self.name)))
    }

    /// Waits for what was enqueued, then lets `read` see the content.
    ///
    /// # Errors
    ///
    /// When the device failed.
    pub fn read<T>(&self, session: &Session, read: impl FnOnce(&[u8]) -> T) -> Result<T, Error> {
        self.map(session, MapFlags::READ, |bytes| read(bytes))
    }

    /// Waits for what was enqueued, then lets `write` set the content. What it finds there is
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
        self.map(session, MapFlags::WRITE_INVALIDATE_REGION, write)
    }

    fn map<T>(
        &self,
        session: &Session,
        flags: MapFlags,
        use_it: impl FnOnce(&mut [u8]) -> T,
    ) -> Result<T, Error> {
        let reaching = || Error::when(format!("reaching buffer `{}`", self.name));
        // SAFETY: the call waits until the mapping is there. It covers the buffer exactly, and is
        // not used after it is taken away. The queue is in order and waited for, so no kernel
        // runs meanwhile; no other mapping of this buffer exists, since this function is the only
        // one that makes them and returns after it took its own away.
        unsafe {
            let mut map = core::enqueue_map_buffer::<u8, _, _, _>(
                &session.queue,
                &self.mem,
                true,
                flags,
                0,
                self.bytes,
                None::<&Event>,
                None::<&mut Event>,
            )
            .map_err(reaching())?;
            let result = use_it(map.as_slice_mut(self.bytes));
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
