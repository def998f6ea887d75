//! Measures the resources of the machine, and what the nodes use of them.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use anyhow::{Context, Result};

/// The bytes in what `stat` calls a block.
const BLOCK: u64 = 512;

/// Returns the bytes that a folder takes on disk.
pub fn on_disk(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        // A database may remove files meanwhile.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        bytes += metadata.blocks() * BLOCK;
        if metadata.is_dir() {
            bytes += on_disk(&entry.path())?;
        }
    }
    Ok(bytes)
}

/// Returns the load average of the last minute, as the system prints it.
pub fn load_average() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    let first = text.split_whitespace().next();
    Ok(first.context("/proc/loadavg is empty")?.to_owned())
}

/// Returns the processor time that a process has used, in seconds.
pub fn processor_time(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).context(path)?;
    // The name of the program, which may contain anything, ends with the last bracket.
    let fields = text.rsplit(')').next().unwrap_or_default();
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || -> Result<f64> {
        let field = fields.next().context("a short line")?;
        Ok(field.parse()?)
    };
    // Each is a hundredth of a second, on every Linux.
    Ok((ticks()? + ticks()?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_as_large_as_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let empty = on_disk(folder.path()).unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("file"), vec![1; 100_000]).unwrap();
        // Some file systems allocate blocks only then.
        fs::File::open(inner.join("file"))
            .unwrap()
            .sync_all()
            .unwrap();
        assert!(on_disk(folder.path()).unwrap() >= empty + 100_000);
    }

    #[test]
    fn this_process_has_had_some_time() {
        let before = processor_time(std::process::id()).unwrap();
        let mut sum = 0u64;
        while processor_time(std::process::id()).unwrap() < before + 0.05 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(load_average().unwrap().parse::<f64>().unwrap() >= 0.0);
    }
}
