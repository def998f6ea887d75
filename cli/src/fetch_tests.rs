use std::{collections::BTreeSet, sync::Mutex};

use super::*;
use crate::error::Kind;
use aicpw_protocol::merkle::result_root;
use aicpw_stand_in::unnamed;

const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// A store with one blob, for which it can claim a wrong length.
struct Fake {
    content: Vec<u8>,
    claims: u64,
}

impl Fake {
    fn new(content: Vec<u8>) -> Self {
        Self {
            claims: content.len() as u64,
            content,
        }
    }
}

impl BlobSource for Fake {
    async fn size(&self, _: &ContentId) -> Result<u64> {
        Ok(self.claims)
    }

    async fn read(&self, _: &ContentId, offset: u64, len: u64) -> Result<Vec<u8>> {
        let content = self.content.iter().skip(offset as usize).take(len as usize);
        Ok(content.copied().collect())
    }
}

/// A store that looks at a folder whenever something is read from it.
struct Onlooker {
    store: Fake,
    folder: PathBuf,
    /// The names that were in the folder at any of these times.
    names: Mutex<BTreeSet<String>>,
    /// The size of the largest nameless file that this program had open on the folder's file system.
    unnamed: Mutex<u64>,
}

impl Onlooker {
    fn new(content: &[u8], folder: &Path) -> Self {
        Self {
            store: Fake::new(content.to_vec()),
            folder: folder.canonicalize().unwrap(),
            names: Mutex::default(),
            unnamed: Mutex::default(),
        }
    }

    fn look(&self) {
        self.names.lock().unwrap().extend(entries(&self.folder));
        for open in std::fs::read_dir("/proc/self/fd").unwrap().flatten() {
            let path = open.path();
            // Files of other tests come and go.
            let (Ok(name), Ok(info)) = (path.read_link(), path.metadata()) else {
                continue;
            };
            if name.starts_with(&self.folder) && name.to_string_lossy().ends_with(" (deleted)") {
                let mut most = self.unnamed.lock().unwrap();
                *most = info.len().max(*most);
            }
        }
    }
}

impl BlobSource for Onlooker {
    async fn size(&self, cid: &ContentId) -> Result<u64> {
        self.store.size(cid).await
    }

    async fn read(&self, cid: &ContentId, offset: u64, len: u64) -> Result<Vec<u8>> {
        self.look();
        self.store.read(cid, offset, len).await
    }
}

fn three_outputs(first: u64, last: u64) -> Vec<OutputFile> {
    let output = |buffer: &str, bytes| OutputFile {
        buffer: buffer.into(),
        bytes,
    };
    vec![
        output("image", first),
        output("nothing", 0),
        output("histogram", last),
    ]
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 253) as u8).collect()
}

async fn fetch(
    source: &Fake,
    root: &Hash,
    outputs: &[OutputFile],
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    let cid = CID.parse().unwrap();
    let fetched = fetch_result(source, &cid, root, outputs, folder, None, |_| {}).await?;
    publish(fetched).await
}

/// Publishes a result with its record.
async fn publish(fetched: Fetched<'_>) -> Result<Vec<PathBuf>> {
    let files = fetched.outputs.iter().zip(fetched.roots());
    let files = files.map(
        |(output, root)| serde_json::json!({ "file": output.file_name(), "root": show_hash(root) }),
    );
    let files: Vec<_> = files.collect();
    let record =
        serde_json::json!({ "task": 1, "result": CID, "result_root": "0x", "files": files });
    fetched.publish(&record).await
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn one_file_for_each_output() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("deep/result");
    let content = bytes(5 * CHUNK_BYTES as usize + 11);
    let first = 3 * CHUNK_BYTES + 5;
    let outputs = three_outputs(first, content.len() as u64 - first);
    let files = fetch(
        &Fake::new(content.clone()),
        &result_root(&content),
        &outputs,
        &out,
    )
    .await
    .unwrap();
    assert_eq!(files.len(), 3);
    let record = std::fs::read(out.join("result.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    let parts = [&content[..first as usize], &[], &content[first as usize..]];
    for (number, part) in parts.into_iter().enumerate() {
        let root = show_hash(&result_root(part));
        assert_eq!(record["files"][number]["root"], root, "{record}");
    }
    assert_eq!(
        entries(&out),
        ["histogram.bin", "image.bin", "nothing.bin", "result.json"]
    );
    assert_eq!(
        std::fs::read(out.join("image.bin")).unwrap(),
        content[..first as usize]
    );
    assert!(std::fs::read(out.join("nothing.bin")).unwrap().is_empty());
    assert_eq!(
        std::fs::read(out.join("histogram.bin")).unwrap(),
        content[first as usize..]
    );
    assert_eq!(
        entries(dir.path().join("deep").as_path()),
        ["result"],
        "nothing is left beside"
    );
}

#[tokio::test]
async fn a_wrong_root_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("result");
    let content = bytes(100);
    let mut wrong = content.clone();
    wrong[99] ^= 1;
    let error = fetch(
        &Fake::new(wrong),
        &result_root(&content),
        &three_outputs(60, 40),
        &out,
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, Kind::Verification);
    assert!(
        error.message.contains(&show_hash(&result_root(&content))),
        "{error}"
    );
    assert_eq!(entries(dir.path()), [""; 0]);
}

/// Regression: unchecked files had names in a hidden folder.
#[tokio::test]
async fn what_is_not_checked_yet_has_no_name() {
    let dir = tempfile::tempdir().unwrap();
    if !unnamed::are_in(dir.path()).unwrap() {
        return;
    }
    let out = dir.path().join("deep/result");
    // Large enough that some of it is written before the last of it is read.
    let content = bytes(6 * CHUNK_BYTES as usize);
    let outputs = three_outputs(3 * CHUNK_BYTES, 3 * CHUNK_BYTES);
    let cid = CID.parse().unwrap();
    for root in [[1; 32], result_root(&content)] {
        let store = Onlooker::new(&content, dir.path());
        let fetched = fetch_result(&store, &cid, &root, &outputs, &out, None, |_| {}).await;
        store.look();
        assert_eq!(*store.names.lock().unwrap(), BTreeSet::new());
        let most = *store.unnamed.lock().unwrap();
        assert!(most >= CHUNK_BYTES, "it was on the disk: {most}");
        match fetched {
            Ok(fetched) => {
                publish(fetched).await.unwrap();
            }
            Err(error) => assert_eq!(error.kind, Kind::Verification),
        }
    }
    let whole = ["histogram.bin", "image.bin", "nothing.bin", "result.json"];
    assert_eq!(entries(&out), whole);
    assert_eq!(entries(dir.path()), ["deep"]);
}

#[tokio::test]
async fn where_all_files_have_names_a_hidden_folder_is_there_until_the_root_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("result");
    let content = bytes(6 * CHUNK_BYTES as usize);
    let outputs = three_outputs(3 * CHUNK_BYTES, 3 * CHUNK_BYTES);
    let cid = CID.parse().unwrap();
    for root in [[1; 32], result_root(&content)] {
        let store = Onlooker::new(&content, dir.path());
        let staging = Staging::hidden(&out).unwrap();
        let fetched = download(&store, &cid, &root, &outputs, staging, None, |_| {}).await;
        let names = store.names.lock().unwrap().clone();
        let hidden = |name: &String| name.starts_with(".aicpw-result.");
        assert!(names.len() == 1 && names.iter().all(hidden), "{names:?}");
        match fetched {
            Ok(fetched) => {
                publish(fetched).await.unwrap();
            }
            Err(error) => {
                assert_eq!(error.kind, Kind::Verification);
                assert_eq!(entries(dir.path()), [""; 0]);
            }
        }
    }
    let whole = ["histogram.bin", "image.bin", "nothing.bin", "result.json"];
    assert_eq!(entries(&out), whole);
    assert_eq!(entries(dir.path()), ["result"], "nothing is left beside");
}

#[tokio::test]
async fn a_wrong_length_is_not_even_downloaded() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("result");
    let content = bytes(100);
    let root = result_root(&content);
    let error = fetch(&Fake::new(content), &root, &three_outputs(60, 41), &out)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Verification);
    assert!(
        error.message.contains("100 bytes") && error.message.contains("101"),
        "{error}"
    );
    assert_eq!(entries(dir.path()), [""; 0]);
}

#[tokio::test]
async fn content_that_ends_early_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("result");
    let content = bytes(100);
    let root = result_root(&content);
    let source = Fake {
        content: content[..70].to_vec(),
        claims: 100,
    };
    let error = fetch(&source, &root, &three_outputs(60, 40), &out)
        .await
        .unwrap_err();
    assert!(error.message.contains("after 70 of 100"), "{error}");
    assert_eq!(entries(dir.path()), [""; 0]);
}

/// Regression: `--out .` was refused, and only after the task had run, because `.` has no file name.
#[tokio::test]
async fn a_folder_may_be_named_by_a_way_that_leads_to_it() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    let content = bytes(100);
    let files = fetch(
        &Fake::new(content.clone()),
        &result_root(&content),
        &three_outputs(60, 40),
        &dir.path().join("sub/.."),
    )
    .await
    .unwrap();
    assert_eq!(std::fs::read(&files[2]).unwrap(), content[60..]);
    assert_eq!(
        entries(dir.path()),
        [
            "histogram.bin",
            "image.bin",
            "nothing.bin",
            "result.json",
            "sub"
        ],
        "nothing is left beside"
    );
}

/// Regression: when a publication was interrupted, it left files that no record listed. Because of these files, the
/// result could not be fetched again.
#[tokio::test]
async fn who_was_interrupted_while_files_were_moved_fetches_them_again() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("result");
    let content = bytes(100);
    let (source, root) = (Fake::new(content.clone()), result_root(&content));
    let (cid, outputs) = (CID.parse().unwrap(), three_outputs(60, 40));
    let mut with_another = outputs.clone();
    with_another[2].buffer = "other".into();
    let fetched = fetch_result(&source, &cid, &root, &outputs, &out, None, |_| {});
    let mut fetched = fetched.await.unwrap();
    // The third file does not exist, so it cannot be moved.
    fetched.outputs = &with_another;
    publish(fetched).await.unwrap_err();
    let moved = [".result.json.partial", "image.bin", "nothing.bin"];
    assert_eq!(entries(&out), moved, "and no record as if all were there");

    crate::result_folder::check(&out, &outputs).unwrap();
    fetch(&source, &root, &outputs, &out).await.unwrap();
    let whole = ["histogram.bin", "image.bin", "nothing.bin", "result.json"];
    assert_eq!(entries(&out), whole);
}

#[tokio::test]
async fn what_came_to_its_folder_while_it_was_fetched_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let content = bytes(100);
    let (source, root) = (Fake::new(content.clone()), result_root(&content));
    let (cid, outputs) = (CID.parse().unwrap(), three_outputs(60, 40));
    let fetched = fetch_result(&source, &cid, &root, &outputs, dir.path(), None, |_| {});
    let fetched = fetched.await.unwrap();
    std::fs::write(dir.path().join("histogram.bin"), "mine").unwrap();
    let error = publish(fetched).await.unwrap_err();
    assert!(error.message.contains("histogram.bin exists"), "{error}");
    assert_eq!(entries(dir.path()), ["histogram.bin"]);
    let mine = std::fs::read(dir.path().join("histogram.bin")).unwrap();
    assert_eq!(mine, b"mine");
}

#[tokio::test]
async fn reading_a_blob_as_a_whole_has_a_bound() {
    let cid = CID.parse().unwrap();
    let source = Fake::new(bytes(100));
    assert_eq!(
        crate::node_rpc::read_all(&source, &cid, 100).await.unwrap(),
        bytes(100)
    );
    assert!(crate::node_rpc::read_all(&source, &cid, 99).await.is_err());
    let short = Fake {
        content: bytes(10),
        claims: 100,
    };
    let error = crate::node_rpc::read_all(&short, &cid, 100)
        .await
        .unwrap_err();
    assert!(error.message.contains("10 of 100"), "{error}");
}

#[tokio::test]
async fn a_sealed_result_is_opened_and_its_root_is_that_of_the_content() {
    use aicpw_protocol::{
        sealing::{
            key::Purpose,
            stream::{seal_bytes, Salt},
            DataKey,
        },
        AssignmentId,
    };

    let key = DataKey::from_bytes([7; 32]);
    let purpose = Purpose::Result(AssignmentId::default());
    let content = bytes(3 * CHUNK_BYTES as usize);
    let salt = Salt::random().unwrap();
    let sealed = seal_bytes(&key, purpose, salt, &content).unwrap();
    let outputs = three_outputs(CHUNK_BYTES, 2 * CHUNK_BYTES);
    let root = result_root(&content);
    let cid: ContentId = CID.parse().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("out");
    let fetch = |sealed: Vec<u8>, purpose, root| {
        let (cid, outputs, folder) = (&cid, &outputs, &folder);
        let opener = Opener::new(key.clone(), purpose);
        async move {
            let source = Fake::new(sealed);
            let fetched =
                fetch_result(&source, cid, &root, outputs, folder, Some(opener), |_| {}).await?;
            publish(fetched).await
        }
    };

    // Not sealed, truncated, altered, of another assignment, or not the result that is on chain.
    let mut altered = sealed.clone();
    altered[CHUNK_BYTES as usize] ^= 1;
    let other = Purpose::Log(AssignmentId::default());
    for attempt in [
        fetch(content.clone(), purpose, root).await,
        fetch(sealed[..sealed.len() - 1].to_vec(), purpose, root).await,
        fetch(altered, purpose, root).await,
        fetch(sealed.clone(), other, root).await,
        fetch(sealed.clone(), purpose, [1; 32]).await,
    ] {
        assert_eq!(attempt.unwrap_err().kind, Kind::Verification);
        assert!(!folder.exists());
    }
    let files = fetch(sealed, purpose, root).await.unwrap();
    let found: Vec<u8> = files
        .iter()
        .flat_map(|file| std::fs::read(file).unwrap())
        .collect();
    assert!(found == content);
}
