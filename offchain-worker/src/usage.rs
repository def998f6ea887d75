//! What a folder takes on the disk. Strangers' processes write in it meanwhile: what is found is true of one moment
//! at most, and what has no name any more is not seen.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A block, as the kernel counts them in a file's metadata, whatever the disk's own are.
const BLOCK: u64 = 512;

/// What was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of all blocks.
    pub bytes: u64,
    /// Files and folders.
    pub entries: u64,
}

/// Looks at all that is below a folder, but at `most` files and folders at most. No link is followed. What cannot be
/// looked at counts as nothing: it is mostly gone by then.
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
            // Of the entry itself, if it is a link.
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
