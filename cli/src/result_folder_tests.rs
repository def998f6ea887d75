use std::{
    future::Future,
    io::Write,
    sync::atomic::{AtomicUsize, Ordering},
};

use aicpw_protocol::merkle::result_root;
use aicpw_stand_in::unnamed;
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

/// Why results cannot be put into this folder.
fn refused(folder: &Path) -> String {
    let error = check(folder, &outputs()).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(error.message.starts_with("--out: "), "{error}");
    assert!(error.hint.is_some(), "{error}");
    error.message
}

/// A record that lists these files with these contents.
fn record(files: &[(&str, &str)]) -> serde_json::Value {
    let cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
    let files = files.iter().map(|(file, content)| {
        let root = show_hash(&result_root(content.as_bytes()));
        json!({ "buffer": "x", "file": file, "bytes": 1, "root": root })
    });
    let files: Vec<_> = files.collect();
    json!({ "task": 1, "result": cid, "result_root": "0x", "price": "1", "files": files })
}

/// Runs a future to its end.
fn now<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().unwrap().block_on(work)
}

/// How to begin a result: in the file system's own way, or in the way that works on any.
type Begin = fn(&Path) -> Result<Staging>;
const WAYS: [Begin; 2] = [Staging::new, Staging::hidden];

/// A result with these files, ready to be put into the folder.
fn staged(
    begin: Begin,
    folder: &Path,
    files: &[(&str, &str)],
) -> Result<(Staging, Vec<OutputFile>)> {
    let outputs = files.iter().map(|(file, content)| OutputFile {
        buffer: file.trim_end_matches(".bin").into(),
        bytes: content.len() as u64,
    });
    let outputs: Vec<_> = outputs.collect();
    check(folder, &outputs)?;
    let mut staging = begin(folder)?;
    for (file, content) in files {
        let mut to = staging.create(file)?;
        to.write_all(content.as_bytes()).unwrap();
        staging.keep((*file).into(), to);
    }
    Ok((staging, outputs))
}

/// Puts a result with these files and contents into a folder, as a command does.
fn put(folder: &Path, files: &[(&str, &str)]) -> Result<()> {
    put_by(Staging::new, folder, files)
}

fn put_by(begin: Begin, folder: &Path, files: &[(&str, &str)]) -> Result<()> {
    let (staging, outputs) = staged(begin, folder, files)?;
    let record = record(files);
    now(staging.publish(&outputs, &record))?;
    // Once more, with what is known at the end of a submission.
    assert!(now(write_record(folder, &record))?);
    Ok(())
}

/// The files of earlier results that the record in a folder names.
fn earlier_names(folder: &Path) -> Vec<String> {
    let record = earlier_record(&folder.join(RECORD)).unwrap();
    record.earlier.into_iter().map(|one| one.file).collect()
}

#[test]
fn an_earlier_result_is_replaced_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    check(&dir.path().join("new"), &outputs()).unwrap();
    std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    check(dir.path(), &outputs()).unwrap();
    std::fs::write(dir.path().join("image.bin"), "mine").unwrap();
    assert!(refused(dir.path()).contains("image.bin exists"));
    let files = [("image.bin", "mine"), ("other.bin", "")];
    assert!(now(write_record(dir.path(), &record(&files))).unwrap());
    check(dir.path(), &outputs()).unwrap();

    // A file that the record does not list is not part of the result.
    std::fs::write(dir.path().join("histogram.bin"), "mine").unwrap();
    assert!(refused(dir.path()).contains("histogram.bin exists"));
    let files = [("image.bin", "mine"), ("histogram.bin", "mine")];
    assert!(now(write_record(dir.path(), &record(&files))).unwrap());
    check(dir.path(), &outputs()).unwrap();

    // Nor is a file that somebody has changed.
    std::fs::write(dir.path().join("histogram.bin"), "sorted").unwrap();
    let message = refused(dir.path());
    assert!(
        message.ends_with("histogram.bin exists and was changed since it was fetched"),
        "{message}"
    );
    std::fs::write(dir.path().join("histogram.bin"), "mine").unwrap();
    check(dir.path(), &outputs()).unwrap();

    // Nor is something that is no longer a file.
    std::fs::remove_file(dir.path().join("image.bin")).unwrap();
    check(dir.path(), &outputs()).unwrap();
    std::fs::create_dir(dir.path().join("image.bin")).unwrap();
    assert!(refused(dir.path()).contains("image.bin exists"));
}

/// Regression: any file with the record's name made all other files count as ours, and was itself overwritten.
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

/// An earlier version did not store what was in the files, so it is unknown whether one was changed since.
#[test]
fn what_an_earlier_version_has_fetched_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let record =
        "{\"task\":1,\"result_root\":\"\",\"files\":[{\"file\":\"image.bin\"}],\"result\":\
                  \"bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi\"}";
    std::fs::write(dir.path().join(RECORD), record).unwrap();
    std::fs::write(dir.path().join("image.bin"), "mine").unwrap();
    let message = refused(dir.path());
    assert!(message.contains("image.bin exists"), "{message}");
    assert!(message.contains("earlier version"), "{message}");
    // As the message proposes.
    std::fs::remove_file(dir.path().join("image.bin")).unwrap();
    check(dir.path(), &outputs()).unwrap();
}

/// Regression: the record of the second result no longer named the files of the first. So they counted as somebody
/// else's when the first result was fetched again.
#[test]
fn results_of_several_tasks_take_turns_in_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (first, second) = ([("image.bin", "1"), ("log.bin", "1")], [("sum.bin", "2")]);
    for _ in 0..3 {
        put(folder, &first).unwrap();
        put(folder, &second).unwrap();
        assert_eq!(earlier_names(folder), ["image.bin", "log.bin"]);
    }
    assert_eq!(
        names(folder),
        ["image.bin", "log.bin", "result.json", "sum.bin"]
    );

    // Another result of the first task.
    put(folder, &[("image.bin", "3"), ("log.bin", "1")]).unwrap();
    assert_eq!(read("image.bin"), "3");
    assert_eq!(earlier_names(folder), ["sum.bin"]);

    // A file that the user has changed is not replaced, even if a later record names it too.
    std::fs::write(folder.join("image.bin"), "retouched").unwrap();
    put(folder, &second).unwrap();
    let error = put(folder, &first).unwrap_err();
    assert!(
        error.message.contains("image.bin exists and was changed"),
        "{error}"
    );
    assert_eq!(read("image.bin"), "retouched");
    assert_eq!(read("sum.bin"), "2");

    // A file that is gone is forgotten. If somebody else then makes one with that name, it is not this program's.
    std::fs::remove_file(folder.join("image.bin")).unwrap();
    put(folder, &second).unwrap();
    assert_eq!(earlier_names(folder), ["log.bin"]);
    std::fs::write(folder.join("image.bin"), "1").unwrap();
    let error = put(folder, &first).unwrap_err();
    assert!(error.message.contains("not an earlier result"), "{error}");
}

/// Regression: when two results were put there at the same time, one had its record and the other some of the files.
#[tokio::test]
async fn a_result_is_put_there_while_no_other_is() {
    let dir = tempfile::tempdir().unwrap();
    let other = File::create(dir.path().join(LOCK)).unwrap();
    other.lock().unwrap();
    let files = [("image.bin", "1")];
    let (staging, outputs) = staged(Staging::new, dir.path(), &files).unwrap();
    let record = record(&files);
    let mut putting = std::pin::pin!(staging.publish(&outputs, &record));
    // The first poll goes as far as possible without the lock.
    assert!(futures::poll!(putting.as_mut()).is_pending());
    assert!(!dir.path().join("image.bin").exists());
    drop(other);
    putting.await.unwrap();
    assert_eq!(names(dir.path()), ["image.bin", "result.json"]);
}

/// Regression: `flock result aicpw submit … --out result` never ended.
#[test]
fn who_has_locked_the_folder_itself_is_in_nobodys_way() {
    let dir = tempfile::tempdir().unwrap();
    let around = File::open(dir.path()).unwrap();
    around.lock().unwrap();
    put(dir.path(), &[("image.bin", "1")]).unwrap();
    assert_eq!(names(dir.path()), ["image.bin", "result.json"]);
}

#[test]
fn a_folder_that_is_held_too_long_is_waited_for_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let other = File::create(dir.path().join(LOCK)).unwrap();
    other.lock().unwrap();
    let hold = || now(Alone::hold(dir.path(), Duration::from_millis(200)));
    let error = hold().err().unwrap();
    let named = format!("{LOCK} is locked by another program");
    assert!(error.message.contains(&named), "{error}");
    let hint = error.about_task(7).hint.unwrap();
    assert!(hint.contains("`aicpw task fetch 7 --out DIR`"), "{hint}");
    assert_eq!(names(dir.path()), [LOCK], "it is the other's");
    drop(other);
    drop(hold().unwrap());
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn a_lock_of_a_file_that_has_lost_its_name_holds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(LOCK);
    let first = Alone::attempt(&path).unwrap();
    let late = File::open(&path).unwrap();
    assert!(is_at(&late, &path));
    assert!(Alone::attempt(&path).is_none());
    drop(first);
    late.try_lock().unwrap();
    assert!(!is_at(&late, &path), "it is nowhere");
    let _second = Alone::attempt(&path).unwrap();
    assert!(!is_at(&late, &path), "there is another");
}

#[test]
fn a_folder_is_held_by_one_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let holders = AtomicUsize::new(0);
    let hold_often = || {
        for _ in 0..50 {
            let held = now(Alone::hold(dir.path(), HELD_AT_MOST)).unwrap();
            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
            std::thread::yield_now();
            holders.fetch_sub(1, Ordering::SeqCst);
            drop(held);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(hold_often);
        }
    });
    assert_eq!(names(dir.path()), [""; 0]);
}

/// Something that cannot be locked is not waited for.
#[test]
fn a_folder_with_something_else_by_the_name_of_the_lock_is_used_without() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(LOCK)).unwrap();
    put(dir.path(), &[("image.bin", "1")]).unwrap();
    assert_eq!(names(dir.path()), [LOCK, "image.bin", "result.json"]);
}

/// Regression: whoever waited until its task was paid put its record beside the files of another task.
#[test]
fn a_record_is_not_written_once_more_beside_another_result() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let files = [("image.bin", "1")];
    put(folder, &files).unwrap();
    let mut other = record(&[("image.bin", "2")]);
    other["task"] = 2.into();
    let mut again = record(&files);
    again["result_root"] = "0x01".into();
    for newer in [other, again] {
        write_as(RECORD, folder, &newer, BTreeSet::new()).unwrap();
        let there = std::fs::read(folder.join(RECORD)).unwrap();
        assert!(!now(write_record(folder, &record(&files))).unwrap());
        assert_eq!(std::fs::read(folder.join(RECORD)).unwrap(), there);
    }
    // Nor does it replace something that is no record.
    std::fs::write(folder.join(RECORD), "mine").unwrap();
    assert!(!now(write_record(folder, &record(&files))).unwrap());
    std::fs::remove_file(folder.join(RECORD)).unwrap();
    assert!(now(write_record(folder, &record(&files))).unwrap());
}

/// A run that was killed while its files were moved leaves old and new files, and a record of each.
#[test]
fn both_records_of_a_broken_off_move_are_of_use_to_the_next_result() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    put(folder, &[("image.bin", "old"), ("log.bin", "old")]).unwrap();
    let new = [("image.bin", "new"), ("log.bin", "new")];
    write_as(UNFINISHED, folder, &record(&new), BTreeSet::new()).unwrap();
    std::fs::write(folder.join("image.bin"), "new").unwrap();
    // First a result of another task, then one of this task again.
    put(folder, &[("sum.bin", "2")]).unwrap();
    put(folder, &new).unwrap();
    for name in ["image.bin", "log.bin"] {
        assert_eq!(std::fs::read(folder.join(name)).unwrap(), b"new");
    }
    assert_eq!(
        names(folder),
        ["image.bin", "log.bin", "result.json", "sum.bin"]
    );
}

#[test]
fn a_record_does_not_grow_beyond_what_is_read_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat(200);
    let most = EARLIER_BYTES / 200;
    let replaced = (0..most).map(|number| OwnFile {
        file: format!("{number}{long}"),
        root: show_hash(&[0xab; 32]),
    });
    let small = record(&[("sum.bin", "2")]);
    write_as(RECORD, dir.path(), &small, replaced.collect()).unwrap();
    let text = std::fs::read(dir.path().join(RECORD)).unwrap();
    assert!(text.len() < EARLIER_BYTES + 1_000, "{}", text.len());
    let kept = earlier_names(dir.path()).len();
    assert!(kept > most / 2 && kept < most, "{kept} of {most}");
}

/// Regression: this was found out only after the task had run and its result was fetched.
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
    // Not even root can write there.
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

/// Regression: files were prepared beside the folder, which can be on another file system or in somebody else's folder.
#[test]
fn files_are_prepared_in_a_folder_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().canonicalize().unwrap();
    let is_in = |folder: &Path, place: PathBuf| {
        let staging = Staging::hidden(folder).unwrap();
        let Unchecked::Hidden(partial) = &staging.unchecked else {
            panic!("it has no folder");
        };
        assert_eq!(partial.path().parent().unwrap(), place);
        let name = partial.path().file_name().unwrap().to_owned();
        assert!(name.to_string_lossy().starts_with('.'), "it is hidden");
    };
    std::fs::create_dir(dir.path().join("there")).unwrap();
    is_in(&dir.path().join("there"), real.join("there"));
    is_in(&dir.path().join("there/.."), real.clone());
    // The path is as the user gave it, because the folder does not exist yet.
    is_in(&dir.path().join("deep/new"), dir.path().join("deep"));
    assert_eq!(names(dir.path()), ["there"]);
    assert_eq!(names(&dir.path().join("there")), [""; 0]);
}

/// Regression: folders that were made for a result stayed if the result could not be fetched.
#[test]
fn folders_that_were_made_go_again_unless_something_is_in_them() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("there")).unwrap();
    let begin = |folder: &str| Staging::hidden(&dir.path().join(folder)).unwrap();
    drop(begin("there/deep/deeper/new"));
    assert_eq!(names(dir.path()), ["there"], "which was there before");
    assert_eq!(names(&dir.path().join("there")), [""; 0]);

    // Some of the files are missing.
    let half = begin("half/new");
    now(half.publish(&outputs(), &record(&[]))).unwrap_err();
    assert_eq!(names(&dir.path().join("half/new")), [UNFINISHED]);
    let refused = begin("refused/new");
    std::fs::write(dir.path().join("refused/new"), "mine").unwrap();
    now(refused.publish(&outputs(), &record(&[]))).unwrap_err();
    assert_eq!(names(&dir.path().join("refused")), ["new"]);

    let staging = begin("deep/new");
    std::fs::write(dir.path().join("deep/notes.txt"), "mine").unwrap();
    drop(staging);
    assert_eq!(names(&dir.path().join("deep")), ["notes.txt"]);
    let good = dir.path().join("good/new");
    put_by(Staging::hidden, &good, &[("image.bin", "1")]).unwrap();
    let all = ["image.bin", "result.json"];
    assert_eq!(names(&good), all);
}

/// Regression: unchecked files had names in a hidden folder, and stayed there if the program was killed.
#[test]
fn files_without_names_are_nowhere_until_they_are_published() {
    let dir = tempfile::tempdir().unwrap();
    if !unnamed::are_in(dir.path()).unwrap() {
        return;
    }
    let files = [("image.bin", "1"), ("log.bin", "2")];
    let begin = |folder: &str| {
        let folder = dir.path().join(folder);
        staged(Staging::new, &folder, &files).unwrap()
    };
    let (staging, outputs) = begin("deep/deeper/new");
    assert_eq!(names(dir.path()), [""; 0]);
    drop(staging);
    assert_eq!(names(dir.path()), [""; 0]);

    let (refused, _) = begin("deep/new");
    std::fs::write(dir.path().join("deep"), "mine").unwrap();
    now(refused.publish(&outputs, &record(&files))).unwrap_err();
    assert_eq!(names(dir.path()), ["deep"]);
    std::fs::remove_file(dir.path().join("deep")).unwrap();

    // Some of the files are missing.
    let half = Staging::new(&dir.path().join("half/new")).unwrap();
    assert_eq!(names(dir.path()), [""; 0]);
    now(half.publish(&outputs, &record(&files))).unwrap_err();
    assert_eq!(names(&dir.path().join("half/new")), [UNFINISHED]);

    let (whole, _) = begin("whole/new");
    now(whole.publish(&outputs, &record(&files))).unwrap();
    let all = ["image.bin", "log.bin", "result.json"];
    assert_eq!(names(&dir.path().join("whole/new")), all);
}

#[test]
fn a_result_is_the_same_whichever_way_it_came() {
    for begin in WAYS {
        let dir = tempfile::tempdir().unwrap();
        let ordinary = dir.path().join("ordinary");
        std::fs::write(&ordinary, "mine").unwrap();
        for folder in [dir.path().to_owned(), dir.path().join("deep/new")] {
            // The second result replaces the first.
            for content in ["1", "2"] {
                let files = [("image.bin", content), ("log.bin", "")];
                put_by(begin, &folder, &files).unwrap();
                for (file, content) in files {
                    let path = folder.join(file);
                    assert_eq!(std::fs::read(&path).unwrap(), content.as_bytes());
                    let mode = |path: &Path| path.metadata().unwrap().mode();
                    assert_eq!(mode(&path), mode(&ordinary));
                }
            }
        }
        std::fs::write(dir.path().join("image.bin"), "retouched").unwrap();
        let error = put_by(begin, dir.path(), &[("image.bin", "3")]).unwrap_err();
        assert!(error.message.contains("was changed since"), "{error}");
        let all = ["deep", "image.bin", "log.bin", "ordinary", "result.json"];
        assert_eq!(names(dir.path()), all, "and nothing else");
    }
}
