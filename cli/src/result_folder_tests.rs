use serde_json::json;

use super::*;
use crate::error::Kind;

fn outputs() -> Vec<OutputFile> {
    let output = |buffer: &str| OutputFile {
        buffer: buffer.into(),
        bytes: 1,
    };
    vec![output("image"), output("histogram")]
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Why results cannot be put there.
fn refused(folder: &Path) -> String {
    let error = check(folder, &outputs()).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(error.message.starts_with("--out: "), "{error}");
    assert!(error.hint.is_some(), "{error}");
    error.message
}

/// A record that lists these files.
fn record(files: &[&str]) -> serde_json::Value {
    let cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
    let files = files
        .iter()
        .map(|file| json!({ "buffer": "x", "file": file, "bytes": 1 }));
    let files: Vec<_> = files.collect();
    json!({ "task": 1, "result": cid, "result_root": "0x", "price": "1", "files": files })
}

#[test]
fn an_earlier_result_is_replaced_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    check(&dir.path().join("new"), &outputs()).unwrap();
    std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    check(dir.path(), &outputs()).unwrap();
    std::fs::write(dir.path().join("image.bin"), "mine").unwrap();
    assert!(refused(dir.path()).contains("image.bin exists"));
    write_record(dir.path(), &record(&["image.bin", "other.bin"])).unwrap();
    check(dir.path(), &outputs()).unwrap();

    // What it does not list is none of it.
    std::fs::write(dir.path().join("histogram.bin"), "mine").unwrap();
    assert!(refused(dir.path()).contains("histogram.bin exists"));
    write_record(dir.path(), &record(&["image.bin", "histogram.bin"])).unwrap();
    check(dir.path(), &outputs()).unwrap();

    // Nor is what is no file any more.
    std::fs::remove_file(dir.path().join("image.bin")).unwrap();
    check(dir.path(), &outputs()).unwrap();
    std::fs::create_dir(dir.path().join("image.bin")).unwrap();
    assert!(refused(dir.path()).contains("image.bin exists"));
}

/// Regression: any file by that name made all others ours, and was overwritten itself.
#[test]
fn a_record_of_something_else_permits_nothing() {
    for name in [RECORD, UNFINISHED] {
        for text in [
            "",
            "mine",
            "{\"task\":1}",
            "[]",
            "{\"files\":[{\"file\":\"image.bin\"}]}",
        ] {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join(name), text).unwrap();
            let message = refused(dir.path());
            assert!(message.contains(&format!("{name} exists")), "{message}");
            std::fs::write(dir.path().join("image.bin"), "mine").unwrap();
            assert!(refused(dir.path()).contains("image.bin exists"), "{text}");
        }
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(RECORD)).unwrap();
    assert!(refused(dir.path()).contains("result.json exists"));
}

/// Regression: it was found after the task had run and its result was fetched.
#[test]
fn a_folder_that_cannot_be_written_to_is_found_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("notes.txt");
    std::fs::write(&file, "mine").unwrap();
    assert!(refused(&file).contains("not a folder"));
    assert!(refused(&file.join("deep/result")).contains("a part of its path is not a folder"));
    assert!(refused(&dir.path().join("new/..")).contains("not a folder"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", dir.path().join("link")).unwrap();
        assert!(refused(&dir.path().join("link")).contains("not a folder"));
    }
    // Not even root may write there.
    #[cfg(target_os = "linux")]
    for folder in ["/proc", "/proc/result", "/proc/deep/result"] {
        assert!(refused(Path::new(folder)).contains("cannot write to /proc"));
    }
}

#[test]
fn what_is_tried_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    check(dir.path(), &outputs()).unwrap();
    check(&dir.path().join("deep/result"), &outputs()).unwrap();
    assert_eq!(names(dir.path()), [""; 0]);
}

/// Regression: files were prepared beside it, which can be on another file system or somebody else's.
#[test]
fn files_are_prepared_in_a_folder_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().canonicalize().unwrap();
    let is_in = |folder: &Path, place: PathBuf| {
        let staging = Staging::new(folder).unwrap();
        assert_eq!(staging.path().parent().unwrap(), place);
        let name = staging.path().file_name().unwrap().to_owned();
        assert!(name.to_string_lossy().starts_with('.'), "it is hidden");
    };
    std::fs::create_dir(dir.path().join("there")).unwrap();
    is_in(&dir.path().join("there"), real.join("there"));
    is_in(&dir.path().join("there/.."), real.clone());
    // As the person named it, for it is not there.
    is_in(&dir.path().join("deep/new"), dir.path().join("deep"));
    assert_eq!(names(dir.path()), ["deep", "there"]);
    assert_eq!(names(&dir.path().join("there")), [""; 0]);
}
