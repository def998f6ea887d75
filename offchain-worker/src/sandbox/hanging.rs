//! Processes that were killed but do not end, because their driver hangs in the kernel.
//!
//! Nobody can end such a process. A caller that starts a process of the same kind only while none of them hangs is left
//! with one of them, and not with one more for each attempt. A process that was started for one device (for a job or a
//! trial) says nothing about other devices.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aicpw_protocol::Hash;

/// A process that does not end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hanging {
    program: PathBuf,
    driver: Option<PathBuf>,
    device: Option<Hash>,
}

static HANGING: Mutex<Vec<Hanging>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Hanging>> {
    HANGING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers a process of this program until it has ended. `driver` is set if it loaded that driver alone, `device` if
/// it was started for a job or a trial of that device.
pub(crate) fn keep(
    program: &Path,
    driver: Option<&Path>,
    device: Option<Hash>,
    ended: impl Future<Output = ()> + Send + 'static,
) {
    let hanging = Hanging {
        program: program.to_owned(),
        driver: driver.map(Path::to_owned),
        device,
    };
    all().push(hanging.clone());
    tokio::spawn(async move {
        ended.await;
        let mut all = all();
        if let Some(at) = all.iter().position(|one| *one == hanging) {
            all.swap_remove(at);
        }
    });
}

impl Hanging {
    /// Whether the process lists or measures devices, with this driver alone; with any or all drivers if none is named.
    fn examines_with(&self, driver: Option<&Path>) -> bool {
        self.device.is_none() && (driver.is_none() || self.driver.as_deref() == driver)
    }
}

/// Whether a process of this program hangs that lists or measures devices, with this driver alone; with any or all
/// drivers if none is named.
pub(crate) fn hangs(program: &Path, driver: Option<&Path>) -> bool {
    let is_it = |one: &Hanging| one.program == program && one.examines_with(driver);
    all().iter().any(is_it)
}

/// Like [`hangs`], but also true if a process hangs that has a job or a trial of this device.
pub(crate) fn hangs_for(program: &Path, driver: Option<&Path>, device: &Hash) -> bool {
    let is_it = |one: &Hanging| {
        let is_its_own = one.device.as_ref() == Some(device);
        one.program == program && (is_its_own || one.examines_with(driver))
    };
    all().iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::soon;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn who_does_not_end_is_known_until_it_does() {
        let program = Path::new("/hanging/who_does_not_end");
        let (one, other) = (Path::new("/one.icd"), Path::new("/other.icd"));
        assert!(!hangs(program, None));
        let (end, ended) = oneshot::channel::<()>();
        keep(program, Some(one), None, async move {
            let _ = ended.await;
        });
        assert!(hangs(program, None) && hangs(program, Some(one)));
        assert!(!hangs(program, Some(other)));
        assert!(!hangs(Path::new("/hanging/another"), None));
        end.send(()).unwrap();
        let gone = async {
            while hangs(program, None) {
                tokio::task::yield_now().await;
            }
        };
        soon("it is gone", gone).await;
    }

    /// Regression: a job that hung on one card prevented all others from being listed.
    #[tokio::test]
    async fn who_hangs_with_a_job_concerns_its_device_alone() {
        let program = Path::new("/hanging/who_hangs_with_a_job");
        let driver = Path::new("/one.icd");
        keep(program, Some(driver), Some([1; 32]), std::future::pending());
        for driver in [None, Some(driver)] {
            assert!(!hangs(program, driver));
            assert!(hangs_for(program, driver, &[1; 32]));
            assert!(!hangs_for(program, driver, &[2; 32]));
        }
        keep(program, Some(driver), None, std::future::pending());
        for driver in [None, Some(driver)] {
            assert!(hangs(program, driver) && hangs_for(program, driver, &[2; 32]));
        }
        assert!(!hangs_for(program, Some(Path::new("/other.icd")), &[2; 32]));
    }
}
