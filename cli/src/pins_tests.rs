use super::*;

const CIDS: [&str; 3] = [
    "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
    "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy",
];

pub fn cid(index: usize) -> ContentId {
    CIDS[index].parse().unwrap()
}

fn task(number: u64, pins: &[usize]) -> Note {
    let pins = pins.iter().map(|index| cid(*index)).collect();
    Note::new("node", Reason::task(&[2; 32], TaskId(number)), pins)
}

fn pins() -> (tempfile::TempDir, Pins) {
    let dir = tempfile::tempdir().unwrap();
    let pins = Pins {
        folder: Some(dir.path().join("pins")),
    };
    (dir, pins)
}

#[tokio::test]
async fn what_is_noted_is_found_by_its_node() {
    let (_dir, pins) = pins();
    assert!(pins.of_node("node").unwrap().is_empty());
    let held = pins.together().await.unwrap();
    pins.add(&held, task(7, &[0])).unwrap();
    pins.add(&held, task(7, &[1])).unwrap();
    let other = Note {
        node: "other".into(),
        ..task(7, &[2])
    };
    pins.add(&held, other).unwrap();
    let found = pins.of_node("node").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].note.pins, BTreeSet::from([cid(0), cid(1)]));
    pins.remove("node", Reason::task(&[2; 32], TaskId(7)))
        .unwrap();
    assert!(pins.of_node("node").unwrap().is_empty());
    assert_eq!(pins.of_node("other").unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn who_notes_for_the_same_reason_at_the_same_time_loses_nothing() {
    let (_dir, pins) = pins();
    for number in 0..50 {
        let added = (0..CIDS.len()).map(|index| {
            let pins = pins.clone();
            tokio::spawn(async move {
                let held = pins.together().await.unwrap();
                pins.add(&held, task(number, &[index])).unwrap();
            })
        });
        for added in added.collect::<Vec<_>>() {
            added.await.unwrap();
        }
    }
    let found = pins.of_node("node").unwrap();
    assert_eq!(found.len(), 50);
    for Kept { note, .. } in found {
        assert_eq!(note.pins.len(), CIDS.len(), "{:?}", note.reason);
    }
}

#[test]
fn what_another_note_names_stays() {
    let (_dir, pins) = pins();
    let held = pins.alone().unwrap().unwrap();
    for (number, cids) in [(1, &[0, 1][..]), (2, &[1]), (3, &[0, 2])] {
        pins.add(&held, task(number, cids)).unwrap();
    }
    let asked = Note::new("node", Reason::Asked(cid(2)), BTreeSet::from([cid(2)]));
    pins.add(&held, asked).unwrap();
    let ended = |numbers: &'static [u64]| move |note: &Note| matches!(note.reason, Reason::Task { task, .. } if numbers.contains(&task.0));
    let freed = |numbers| {
        let released = releases(pins.of_node("node").unwrap(), ended(numbers));
        let mut cids: Vec<_> = released.into_iter().flat_map(|(_, cids)| cids).collect();
        cids.sort();
        cids
    };
    assert_eq!(freed(&[]), []);
    assert_eq!(freed(&[1]), [], "1 needs the one, 3 the other");
    assert_eq!(freed(&[1, 2]), [cid(1)]);
    assert_eq!(freed(&[1, 3]), [cid(0)], "the user asked for the third");
}

#[test]
fn what_is_taken_back_is_noted_no_more() {
    let (_dir, pins) = pins();
    let held = pins.alone().unwrap().unwrap();
    for (number, cids) in [(1, &[0, 1][..]), (2, &[1])] {
        pins.add(&held, task(number, cids)).unwrap();
    }
    let asked = Note::new("node", Reason::Asked(cid(1)), BTreeSet::from([cid(1)]));
    pins.add(&held, asked).unwrap();
    let other = Note {
        node: "other".into(),
        ..task(1, &[1])
    };
    pins.add(&held, other).unwrap();
    pins.take_back(&held, "node", &cid(1)).unwrap();
    let left = pins.of_node("node").unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].note.reason, Reason::task(&[2; 32], TaskId(1)));
    assert_eq!(left[0].note.pins, BTreeSet::from([cid(0)]));
    assert_eq!(pins.of_node("other").unwrap().len(), 1);
}

#[test]
fn nodes_that_are_not_used_any_more_are_forgotten() {
    let (_dir, pins) = pins();
    let held = pins.alone().unwrap().unwrap();
    let of = |node: &str, reason, created| Note {
        created,
        ..Note::new(node, reason, BTreeSet::from([cid(0)]))
    };
    let task = |number| Reason::task(&[2; 32], TaskId(number));
    for note in [
        of("node", task(1), 4),
        of("other", task(2), 4),
        of("other", Reason::Upload(cid(1)), 4),
        of("other", task(3), 5),
        of("other", Reason::Asked(cid(2)), 4),
    ] {
        pins.add(&held, note).unwrap();
    }
    assert_eq!(pins.forget_others(&held, "node", 5).unwrap(), 2);
    assert_eq!(pins.of_node("node").unwrap().len(), 1);
    let left = pins.of_node("other").unwrap().into_iter();
    let reasons: BTreeSet<_> = left.map(|kept| kept.note.reason).collect();
    assert_eq!(reasons, BTreeSet::from([task(3), Reason::Asked(cid(2))]));
}

#[tokio::test]
async fn nothing_is_let_go_while_something_is_uploaded() {
    let (_dir, pins) = pins();
    let uploads = [
        pins.together().await.unwrap(),
        pins.together().await.unwrap(),
    ];
    assert!(pins.alone().unwrap().is_none());
    drop(uploads);
    assert!(pins.alone().unwrap().is_some());
}

#[test]
fn a_note_that_cannot_be_read_lets_nothing_go() {
    let (dir, pins) = pins();
    let held = pins.alone().unwrap().unwrap();
    pins.add(&held, task(7, &[0])).unwrap();
    std::fs::write(dir.path().join("pins/node-task.json"), "{").unwrap();
    let error = pins.of_node("node").unwrap_err();
    assert!(error.message.contains("node-task.json"), "{error}");
    assert!(error.hint.unwrap().contains("move it away"));
}

#[tokio::test]
async fn without_a_place_nothing_is_noted() {
    let nowhere = Pins { folder: None };
    let held = nowhere.together().await.unwrap();
    nowhere.add(&held, task(7, &[0])).unwrap();
    assert!(nowhere.of_node("node").unwrap().is_empty());
}

/// Regression: the hint was "give another place", without saying how.
#[tokio::test]
async fn a_place_where_nothing_can_be_noted_is_named_by_its_option() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let pins = Pins {
        folder: Some(file.path().join("pins")),
    };
    let hint = pins.together().await.unwrap_err().hint.unwrap();
    assert!(hint.contains("--pins"), "{hint}");
}
