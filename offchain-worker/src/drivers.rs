//! The OpenCL drivers of this machine, by the files that name them to the loader.
//!
//! If all drivers are loaded into one process, one that hangs or is broken takes all others along. If the loader is
//! told of a single file, it loads that driver alone.
//!
//! Only `ocl-icd`, the loader of Debian and Ubuntu, accepts a single file. Another loader takes the file for a folder
//! without drivers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the loader searches unless it is told another place.
const VENDORS: &str = "/etc/OpenCL/vendors";

/// The variable that names a folder of such files, or one of them.
pub(crate) const OCL_ICD_VENDORS: &str = "OCL_ICD_VENDORS";

/// The variable that names further drivers.
pub(crate) const OCL_ICD_FILENAMES: &str = "OCL_ICD_FILENAMES";

/// Returns the folder of those files, by these variables; `None` if the loader is told to load one driver alone.
pub(crate) fn vendors(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let named = |name: &str| variable(name).filter(|value| !value.is_empty());
    match named(OCL_ICD_VENDORS) {
        Some(named) => Some(PathBuf::from(named)).filter(|path| path.is_dir()),
        None => Some(named("OPENCL_VENDOR_PATH").map_or_else(|| VENDORS.into(), PathBuf::from)),
    }
}

/// Returns the files of such a folder that can be loaded separately, in the order of their names; none if there are
/// fewer than two.
pub(crate) fn apart(vendors: Option<&Path>) -> Vec<PathBuf> {
    let entries = vendors.and_then(|vendors| std::fs::read_dir(vendors).ok());
    let entries = entries.into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|name| name == "icd"))
        .collect();
    files.sort();
    match files.len() {
        0 | 1 => Vec::new(),
        _ => files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_looked_for_where_the_loader_does() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().as_os_str();
        let of = |variables: &[(&str, OsString)]| {
            vendors(|name| {
                let mut variables = variables.iter();
                let (_, value) = variables.find(|(known, _)| *known == name)?;
                Some(value.clone())
            })
        };
        assert_eq!(of(&[]), Some(VENDORS.into()));
        assert_eq!(
            of(&[("OPENCL_VENDOR_PATH", "/other".into())]),
            Some("/other".into())
        );
        let both: [(&str, OsString); 2] = [
            ("OPENCL_VENDOR_PATH", "/other".into()),
            (OCL_ICD_VENDORS, folder.to_owned()),
        ];
        assert_eq!(of(&both), Some(dir.path().into()));
        assert_eq!(of(&[(OCL_ICD_VENDORS, "one.icd".into())]), None);
        assert_eq!(of(&[(OCL_ICD_VENDORS, "".into())]), Some(VENDORS.into()));
    }

    #[test]
    fn one_driver_cannot_be_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["b.icd", "readme"] {
            std::fs::write(at(name), "").unwrap();
        }
        assert!(apart(Some(dir.path())).is_empty());
        std::fs::write(at("a.icd"), "").unwrap();
        assert_eq!(apart(Some(dir.path())), [at("a.icd"), at("b.icd")]);
        assert!(apart(Some(&at("gone"))).is_empty());
        assert!(apart(None).is_empty());
    }
}
