//! How much disk space a folder takes. Strangers' processes write in it meanwhile: the result is true for one moment at
//! most, and files without a name are not seen.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The length of a block as the kernel counts it in a file's metadata, whatever the blocks of the disk are.
const BLOCK: u64 = 512;

/// The usage that was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The bytes of all blocks.
    pub bytes: u64,
    /// The number of files and folders.
    pub entries: u64,
}

/// Counts everything below a folder, but `most` files and folders at most. No link is followed. An entry that cannot be
/// read counts as nothing: usually it is gone by then.
pub fn of(folder: &Path, most: u64) -> Usage {
    let mut usage = Usage::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if usage.entries >= most {
                return usage;
            }
            usage.entries += 1;
            // The metadata of the entry itself, if it is a link.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let bytes = metadata.blocks().saturating_mul(BLOCK);
            usage.bytes = usage.bytes.saturating_add(bytes);
            if metadata.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_count_in_all_folders_and_links_and_holes_do_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(of(dir.path(), 100), Usage::default());
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("large"), vec![1; 4 << 20]).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), dir.path().join("link")).unwrap();
        let hole = std::fs::File::create(dir.path().join("hole")).unwrap();
        hole.set_len(1 << 30).unwrap();
        let below = dir.path().join("one/two");
        std::fs::create_dir_all(&below).unwrap();
        let before = of(dir.path(), 100);
        assert!(before.bytes < 1 << 20, "{before:?}");
        assert_eq!(before.entries, 4);

        std::fs::write(below.join("file"), vec![1; 1 << 20]).unwrap();
        std::fs::File::open(below.join("file"))
            .and_then(|file| file.sync_all())
            .unwrap();
        let after = of(dir.path(), 100);
        assert!(after.bytes >= before.bytes + (1 << 20), "{after:?}");
        assert_eq!(after.entries, 5);
        assert_eq!(of(dir.path(), 3).entries, 3);
        assert_eq!(of(&dir.path().join("none"), 3), Usage::default());
    }
}
