//! Programs and kernels.

use std::collections::VecDeque;
use std::ffi::CString;

use aicpw_protocol::{
    job::ParameterKind,
    manifest::{KernelLaunch, Value},
};
use ocl::core::{
    self, ArgVal, Event, Kernel, Program, ProgramBuildInfo, ProgramInfo, ProgramInfoResult,
};

use super::{
    buffer::Buffer,
    devices::Device,
    parameter::{self, Parameter},
    Error, Session,
};

/// A built program.
pub struct Built {
    program: Program,
}

/// A program did not build.
#[derive(Debug)]
pub enum BuildError {
    /// What the compiler said.
    Refused(String),
    /// Something else failed.
    Other(Error),
}

fn no_zero(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::Driver("a zero byte in a text for the driver".into()))
}

impl Built {
    /// Compiles source text.
    ///
    /// # Errors
    ///
    /// With the compiler's log if it refuses.
    pub fn from_source(device: &Device, source: &str, options: &str) -> Result<Self, BuildError> {
        let other = BuildError::Other;
        let session = device.session().map_err(other)?;
        let text = no_zero(source).map_err(other)?;
        let program = core::create_program_with_source(&session.context, &[text])
            .map_err(|error| other(Error::when("taking the program")(error)))?;
        Self::build(device, program, options)
    }

    /// Loads a program that [`Self::binary`] returned.
    ///
    /// # Errors
    ///
    /// When the driver does not take it.
    pub fn from_binary(device: &Device, binary: &[u8], options: &str) -> Result<Self, BuildError> {
        let other = BuildError::Other;
        let session = device.session().map_err(other)?;
        let program = core::create_program_with_binary(&session.context, &[device.id], &[binary])
            .map_err(|error| other(Error::when("loading the built program")(error)))?;
        Self::build(device, program, options)
    }

    fn build(device: &Device, program: Program, options: &str) -> Result<Self, BuildError> {
        let options = no_zero(options).map_err(BuildError::Other)?;
        match core::build_program(&program, Some(&[device.id]), &options, None, None) {
            Ok(()) => Ok(Self { program }),
            Err(error) => {
                let log = build_log(device, &program);
                // Only the compiler's own refusal leaves a log.
                if matches!(error, core::Error::ProgramBuild(_)) || !log.is_empty() {
                    Err(BuildError::Refused(log))
                } else {
                    Err(BuildError::Other(Error::when("building the program")(
                        error,
                    )))
                }
            }
        }
    }

    /// Returns what the compiler said.
    pub fn log(&self, device: &Device) -> String {
        build_log(device, &self.program)
    }

    /// Returns the program for [`Self::from_binary`].
    ///
    /// # Errors
    ///
    /// When the driver has none.
    pub fn binary(&self) -> Result<Vec<u8>, Error> {
        let info = core::get_program_info(&self.program, ProgramInfo::Binaries)
            .map_err(Error::when("taking the built program"))?;
        match info {
            ProgramInfoResult::Binaries(mut binaries) if binaries.len() == 1 => {
                let binary = binaries.remove(0);
                if binary.is_empty() {
                    return Err(Error::Driver("the driver gives no built program".into()));
                }
                Ok(binary)
            }
            _ => Err(Error::Driver("the driver gives no built program".into())),
        }
    }

    /// Returns a kernel with parameters of these kinds, or `None` if the program has no kernel of
    /// that name.
    ///
    /// # Errors
    ///
    /// When the driver failed.
    pub fn kernel(
        &self,
        name: &str,
        takes: &[ParameterKind],
    ) -> Result<Option<BoundKernel>, Error> {
        let kernel = self.find(name)?;
        Ok(kernel.map(|kernel| BoundKernel {
            kernel,
            takes: takes.to_vec(),
            bound: Vec::new(),
        }))
    }

    /// Returns the parameters of a kernel, or `None` if the program has no kernel of that name.
    /// Drivers know the parameters of programs that they have compiled; of programs that they have
    /// loaded they need not.
    ///
    /// # Errors
    ///
    /// When the driver failed, or does not describe them.
    pub fn parameters(&self, name: &str) -> Result<Option<Vec<Parameter>>, Error> {
        let kernel = self.find(name)?;
        kernel.map(|kernel| parameter::of(&kernel)).transpose()
    }

    fn find(&self, name: &str) -> Result<Option<Kernel>, Error> {
        match core::create_kernel(&self.program, name) {
            Ok(kernel) => Ok(Some(kernel)),
            Err(error) if error.api_status() == Some(core::Status::CL_INVALID_KERNEL_NAME) => {
                Ok(None)
            }
            Err(error) => Err(Error::when(format!("taking kernel `{name}`"))(error)),
        }
    }

    /// Returns the names of all its kernels.
    pub fn kernel_names(&self) -> String {
        match core::get_program_info(&self.program, ProgramInfo::KernelNames) {
            Ok(ProgramInfoResult::KernelNames(names)) => names.replace(';', ", "),
            _ => String::new(),
        }
    }
}

fn build_log(device: &Device, program: &Program) -> String {
    core::get_program_build_info(program, device.id, ProgramBuildInfo::BuildLog)
        .map(|log| log.to_string().trim().to_owned())
        .unwrap_or_default()
}

/// A kernel, the kinds of its parameters, and the arguments that are set.
pub struct BoundKernel {
    kernel: Kernel,
    takes: Vec<ParameterKind>,
    bound: Vec<Option<Value>>,
}

/// A launch failed.
#[derive(Debug)]
pub enum LaunchError {
    /// The manifest does not fit the kernel or the device: the field after the step's path, and
    /// what is wrong.
    Manifest(String, String),
    /// The device failed.
    Device(Error),
}

impl BoundKernel {
    /// Enqueues a launch.
    ///
    /// # Errors
    ///
    /// See [`LaunchError`].
    pub fn launch(
        &mut self,
        session: &Session,
        launch: &KernelLaunch<'_>,
        buffers: &[Buffer],
    ) -> Result<Event, LaunchError> {
        self.bound.resize(launch.arguments.len(), None);
        for (i, value) in launch.arguments.iter().enumerate() {
            if self.bound[i].as_ref() != Some(value) {
                self.bind(i, value, buffers)?;
                self.bound[i] = Some(value.clone());
            }
        }
        let three = |sizes: &[u64], fill| {
            let mut all = [fill; 3];
            for (to, from) in all.iter_mut().zip(sizes) {
                *to = usize::try_from(*from).unwrap_or(usize::MAX);
            }
            all
        };
        let local = launch.local.map(|local| {
            let local: Vec<u64> = local.iter().map(|size| u64::from(*size)).collect();
            three(&local, 1)
        });
        let mut event = Event::null();
        // SAFETY: all arguments are set and checked by OpenCL against the kernel's. What the kernel
        // does is up to a stranger: that is what the sandbox is for.
        let enqueued = unsafe {
            core::enqueue_kernel(
                &session.queue,
                &self.kernel,
                launch.global.len() as u32,
                launch.offset.as_deref().map(|offset| three(offset, 0)),
                &three(&launch.global, 1),
                local,
                None::<&Event>,
                Some(&mut event),
            )
        };
        match enqueued {
            Ok(()) => Ok(event),
            Err(error) => Err(refused(error, &launch_error_field(launch))),
        }
    }

    /// Sets an argument. The driver gets only what the parameter takes: if the parameter is a
    /// handle, the driver would take a stranger's bytes for one and follow it.
    fn bind(&self, i: usize, value: &Value, buffers: &[Buffer]) -> Result<(), LaunchError> {
        let field = format!("args[{i}]");
        if let Some(misfit) = parameter::misfit(value, self.takes.get(i).copied()) {
            return Err(LaunchError::Manifest(field, misfit));
        }
        let set = match value {
            Value::Buffer(position) => core::set_kernel_arg(
                &self.kernel,
                i as u32,
                ArgVal::mem(buffers[*position].mem()),
            ),
            Value::Scalar(bytes) => {
                // SAFETY: the bytes live until the call returns, which copies them.
                let value = unsafe { ArgVal::from_raw(bytes.len(), bytes.as_ptr().cast(), false) };
                core::set_kernel_arg(&self.kernel, i as u32, value)
            }
            Value::Local(bytes) => core::set_kernel_arg(
                &self.kernel,
                i as u32,
                ArgVal::local::<u8>(&(*bytes as usize)),
            ),
        };
        set.map_err(|error| refused(error, &field))
    }
}

fn launch_error_field(launch: &KernelLaunch<'_>) -> String {
    match launch.local {
        Some(_) => "local".to_owned(),
        None => "global".to_owned(),
    }
}

/// Decides whether the manifest or the device is at fault.
fn refused(error: core::Error, field: &str) -> LaunchError {
    use core::Status::*;
    let explained = match error.api_status() {
        Some(CL_INVALID_ARG_INDEX) => "the kernel has fewer arguments",
        Some(CL_INVALID_ARG_SIZE) => "the size does not fit the kernel's parameter",
        Some(CL_INVALID_ARG_VALUE | CL_INVALID_MEM_OBJECT) => {
            "does not fit the kernel's parameter (a buffer, a value, or local memory)"
        }
        Some(CL_INVALID_KERNEL_ARGS) => "the kernel has more arguments",
        Some(CL_INVALID_WORK_GROUP_SIZE | CL_INVALID_WORK_ITEM_SIZE) => {
            "the work group does not fit the device or the kernel"
        }
        Some(
            CL_INVALID_WORK_DIMENSION | CL_INVALID_GLOBAL_WORK_SIZE | CL_INVALID_GLOBAL_OFFSET,
        ) => "does not fit the device",
        _ => return LaunchError::Device(Error::when("launching a kernel")(error)),
    };
    LaunchError::Manifest(field.to_owned(), explained.to_owned())
}

/// Launches that are enqueued and not yet known to have ended, in order.
#[derive(Default)]
pub struct Pending(VecDeque<Event>);

impl Pending {
    /// Adds a launch.
    pub fn push(&mut self, event: Event) {
        self.0.push_back(event);
    }

    /// Returns the number of launches.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Waits for the oldest launch. Returns `false` if there is none.
    ///
    /// # Errors
    ///
    /// When that launch failed.
    pub fn wait_oldest(&mut self) -> Result<bool, Error> {
        match self.0.pop_front() {
            None => Ok(false),
            Some(event) => {
                core::wait_for_event(&event).map_err(Error::when("running a kernel"))?;
                Ok(true)
            }
        }
    }
}
