//! Processes that were killed and do not end: their driver hangs in the kernel. Nobody can end them, so who starts
//! others like them only as long as there are none has one of them and not one more each time.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A process that does not end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hanging {
    program: PathBuf,
    driver: Option<PathBuf>,
}

static HANGING: Mutex<Vec<Hanging>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Hanging>> {
    HANGING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers a process of this program, with this driver alone if it was so, until it has ended.
pub(crate) fn keep(
    program: &Path,
    driver: Option<&Path>,
    ended: impl Future<Output = ()> + Send + 'static,
) {
    let hanging = Hanging {
        program: program.to_owned(),
        driver: driver.map(Path::to_owned),
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

/// Whether a process of this program does not end that was started with this driver alone; with any, or all of them,
/// where none is named.
pub(crate) fn hangs(program: &Path, driver: Option<&Path>) -> bool {
    let is_it = |one: &Hanging| {
        one.program == program && (driver.is_none() || one.driver.as_deref() == driver)
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
        keep(program, Some(one), async move {
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
}
