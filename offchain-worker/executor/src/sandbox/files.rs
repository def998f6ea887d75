//! Files: Landlock.

use std::path::{Path, PathBuf};

use aicpw_protocol::{device::DeviceKind, job::path};
use landlock::{
    Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope, ABI,
};

use super::{Error, Stage};
use crate::job::Folder;

/// The newest version of Landlock that the rules use; older kernels enforce what they can.
const NEWEST: ABI = ABI::V6;

/// Libraries, drivers, and files that those read to learn about the machine. There is nothing secret below these: not
/// `/proc/self`, which shows the machine's network and mounts, nor the names of its control groups.
const READ: &[&str] = &[
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/opt/rocm",
    "/opt/intel",
    "/etc/OpenCL",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/nsswitch.conf",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/vm/mmap_min_addr",
    "/proc/sys/kernel/cap_last_cap",
    "/sys/devices/system",
    "/dev/urandom",
    "/dev/zero",
    "/nix/store",
];

/// What graphics cards' drivers need in addition: to find the cards, and to talk to them. A kernel there reads no
/// files.
const READ_GPU: &[&str] = &[
    "/proc/self",
    "/sys/fs/cgroup",
    "/proc/driver/nvidia",
    "/proc/devices",
    "/proc/modules",
    "/sys/module",
    "/sys/class",
    "/sys/bus/pci",
    "/sys/devices/virtual",
    "/sys/dev/char",
    "/etc/nvidia",
    "/etc/vulkan",
];

/// Where the machine's PCI buses are described, each in a folder with this prefix: a server's card is seldom on the
/// first one.
const BUSES: (&str, &[&str]) = ("/sys/devices", &["pci"]);

/// The prefixes of the names of device nodes.
const GPU_NODES: &[&str] = &["nvidia", "dri", "kfd", "dxg", "mali"];

/// Where the driver's tools may be, in the build stage.
const EXECUTE: &[&str] = &["/usr", "/lib", "/lib64", "/bin", "/opt/rocm", "/nix/store"];

/// Restricts the calling thread and all threads and processes that it starts. Returns `false` if the kernel has no
/// Landlock.
pub fn restrict(stage: Stage, kind: DeviceKind, folder: &Folder) -> Result<bool, Error> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let all = AccessFs::from_all(NEWEST);
    let write_here = all
        & !(AccessFs::Execute
            | AccessFs::MakeChar
            | AccessFs::MakeBlock
            | AccessFs::MakeSock
            | AccessFs::MakeFifo
            | AccessFs::IoctlDev);
    let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;

    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        // No rule allows to connect or to listen, to reach anything by name, or to signal anything.
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for known in READ {
        rules = allow(rules, Path::new(known), read)?;
    }
    for place in vendors() {
        rules = allow(rules, &place, read)?;
    }
    rules = allow(rules, Path::new("/dev/null"), read | AccessFs::WriteFile)?;
    if kind == DeviceKind::Gpu {
        for known in READ_GPU {
            rules = allow(rules, Path::new(known), read)?;
        }
        for bus in beginning(Path::new(BUSES.0), BUSES.1) {
            rules = allow(rules, &bus, read)?;
        }
        for node in beginning(Path::new("/dev"), GPU_NODES) {
            rules = allow(rules, &node, device | read)?;
        }
    }
    if stage == Stage::Build {
        for place in EXECUTE {
            rules = allow(rules, Path::new(place), read | AccessFs::Execute)?;
        }
    }
    let root = folder.root();
    let own = std::iter::once((root.to_owned(), read))
        .chain([stage.folder(), path::WORK].map(|name| (folder.file(name), write_here)));
    for (path, access) in own {
        // Nothing works without these, and each later failure would name another cause.
        if let Err(source) = std::fs::read_dir(&path) {
            return Err(Error::OutOfReach { path, source });
        }
        rules = allow(rules, &path, access)?;
    }
    let status = rules.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Where the OpenCL loader was told to look for drivers.
fn vendors() -> Vec<PathBuf> {
    std::env::var_os("OCL_ICD_VENDORS")
        .map(PathBuf::from)
        .into_iter()
        .collect()
}

/// Returns the entries of a folder whose names have one of these prefixes.
fn beginning(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            names.iter().any(|known| name.starts_with(known))
        })
        .map(|entry| entry.path())
        .collect()
}

/// Adds a rule for what is at `path`, if anything is.
fn allow(
    rules: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, Error> {
    let Ok(opened) = PathFd::new(path) else {
        return Ok(rules);
    };
    let access = match path.is_dir() {
        true => access,
        false => access & AccessFs::from_file(NEWEST),
    };
    Ok(rules.add_rule(PathBeneath::new(opened, access))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: a card could not be found in its sandbox if its bus was not the machine's first.
    #[test]
    fn all_buses_are_seen_and_nothing_else() {
        let devices = tempfile::tempdir().unwrap();
        let all = [
            "pci0000:00",
            "pci0000:80",
            "pci0001:00",
            "platform",
            "system",
        ];
        for name in all {
            std::fs::create_dir(devices.path().join(name)).unwrap();
        }
        let mut found = beginning(devices.path(), BUSES.1);
        found.sort();
        let expected: Vec<_> = all[..3]
            .iter()
            .map(|name| devices.path().join(name))
            .collect();
        assert_eq!(found, expected);
        assert!(beginning(Path::new("/nonexistent"), BUSES.1).is_empty());
    }
}
