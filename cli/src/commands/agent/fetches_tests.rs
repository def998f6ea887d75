use super::*;
use crate::{
    chain::read::tests::CLOCK,
    life::tests::{assignment, opening, view},
};
use aicpw_protocol::task::AssignmentStatus;

/// For how many blocks a result has to be available; the clock is at block 100.
const WINDOW: BlockNumber = 40;

fn settled(at: BlockNumber) -> TaskView<Account> {
    let opening = opening();
    let one = assignment(0, AssignmentStatus::Settled { opening, at });
    view(TaskStatus::Settled { at, paid: 1 }, vec![one])
}

fn revealed(root: Hash) -> TaskView<Account> {
    let mut opening = opening();
    opening.result_root = root;
    let one = assignment(0, AssignmentStatus::Revealed { opening, at: 90 });
    view(TaskStatus::Verifying { settle_at: 200 }, vec![one])
}

/// Puts a record there, as `task fetch` does.
fn put(folder: &Path, task: u64, root: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let record = serde_json::json!({
        "task": task, "result": opening().result, "result_root": root, "files": [],
    });
    std::fs::write(folder.join(result_folder::RECORD), record.to_string()).unwrap();
}

fn end_of(fetch: Fetch, end: Result<()>) -> Ended {
    Ended {
        task: fetch.view.id,
        assignment: None,
        root: fetch.root,
        folder: fetch.folder,
        end,
    }
}

fn whys(steps: &[Step]) -> Vec<&'static str> {
    let why = |step: &Step| match step {
        Step::Fetched { .. } => "fetched",
        Step::Not { why, .. } => why.name(),
    };
    steps.iter().map(why).collect()
}

#[test]
fn a_result_is_fetched_once_also_by_an_agent_that_starts_anew() {
    let dir = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    fetches.note(&view(TaskStatus::Active, vec![]));
    assert!(fetches.are_done(), "there is no result yet");
    fetches.note(&settled(90));
    let (mut begun, steps) = fetches.look(&CLOCK, WINDOW, now);
    assert!(steps.is_empty());
    let fetch = begun.pop().unwrap();
    assert_eq!(fetch.folder, dir.path().join("7"));
    assert!(!fetches.are_done());
    assert!(
        fetches.look(&CLOCK, WINDOW, now).0.is_empty(),
        "it is under way"
    );
    put(&fetch.folder, 7, &show_hash(&fetch.root));
    let step = fetches.ended(end_of(fetch, Ok(())), now).unwrap();
    assert_eq!(whys(&[step]), ["fetched"]);
    fetches.note(&settled(90));
    assert!(fetches.are_done());

    let mut later = Fetches::new(Some(dir.path())).unwrap();
    later.note(&settled(90));
    let (begun, steps) = later.look(&CLOCK, WINDOW, now);
    assert!(begun.is_empty() && steps.is_empty() && later.are_done());

    let mut off = Fetches::new(None).unwrap();
    off.note(&settled(90));
    assert!(off.are_done());
}

#[test]
fn what_fails_is_told_once_and_tried_until_it_is_too_late() {
    let dir = tempfile::tempdir().unwrap();
    let mut now = Instant::now();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    fetches.note(&settled(90));
    for (told, pause) in [(true, 10), (false, 20), (false, 40)] {
        let fetch = fetches.look(&CLOCK, WINDOW, now).0.pop().unwrap();
        let failed = end_of(fetch, Err(Error::other("nobody has it")));
        assert_eq!(fetches.ended(failed, now).is_some(), told);
        let almost = now + Duration::from_secs(pause - 1);
        assert!(fetches.look(&CLOCK, WINDOW, almost).0.is_empty(), "{pause}");
        now += Duration::from_secs(pause);
    }
    // A fetch that was running when the connection was lost is tried again at once.
    assert_eq!(fetches.look(&CLOCK, WINDOW, now).0.len(), 1);
    fetches.begin_anew();
    assert_eq!(fetches.look(&CLOCK, WINDOW, now).0.len(), 1);
    fetches.begin_anew();
    let late = Clock { now: 130, ..CLOCK };
    let (begun, steps) = fetches.look(&late, WINDOW, now);
    assert!(begun.is_empty() && fetches.are_done());
    let [Step::Not { why, .. }] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!(*why, Why::TooLate(130, Some("nobody has it".into())));
    fetches.note(&settled(90));
    assert!(fetches.are_done(), "it is told once");
}

#[test]
fn pauses_grow_to_some_minutes() {
    assert_eq!(pause_after(0), AGAIN_AFTER);
    assert_eq!(pause_after(4), Duration::from_secs(160));
    for failures in [5, 31, 32, u32::MAX] {
        assert_eq!(pause_after(failures), LONGEST_PAUSE);
    }
}

/// A task with this id that was paid for in this block.
fn of(id: u64, at: BlockNumber) -> TaskView<Account> {
    let mut view = settled(at);
    view.id = TaskId(id);
    view
}

fn ids(begun: &[Fetch]) -> Vec<u64> {
    begun.iter().map(|fetch| fetch.view.id.0).collect()
}

/// Regression: results of providers that were gone had the lowest ids, and were tried again and again until it was too
/// late for all others.
#[test]
fn results_that_cannot_be_fetched_do_not_keep_others_from_being_tried() {
    let dir = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let minute = Duration::from_secs(60);
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    let gone = 2 * u64::try_from(PARALLEL).unwrap();
    (0..gone).for_each(|id| fetches.note(&of(id, 90)));
    let fail = |fetches: &mut Fetches, begun: Vec<Fetch>, now| {
        for fetch in begun {
            let ended = end_of(fetch, Err(Error::other("nobody has it")));
            fetches.ended(ended, now);
        }
    };
    let (first, _) = fetches.look(&CLOCK, WINDOW, now);
    let numbers = ids(&first);
    assert_eq!(numbers, (0..gone / 2).collect::<Vec<_>>());
    fail(&mut fetches, first, now + minute);
    // Their pause is over, and still the others go first.
    let later = now + 2 * minute;
    let (second, _) = fetches.look(&CLOCK, WINDOW, later);
    assert_eq!(ids(&second), (gone / 2..gone).collect::<Vec<_>>());
    assert!(fetches.look(&CLOCK, WINDOW, later).0.is_empty());
    fail(&mut fetches, second, later + minute);
    // All have failed. Half of the room is left for other results; the one with the least time left comes first.
    let later = later + 2 * minute;
    let (third, _) = fetches.look(&CLOCK, WINDOW, later);
    assert_eq!(ids(&third), (0..gone / 4).collect::<Vec<_>>());
    for (id, at) in [(100, 95), (101, 94)] {
        fetches.note(&of(id, at));
    }
    assert_eq!(ids(&fetches.look(&CLOCK, WINDOW, later).0), [101, 100]);
    assert!(fetches.look(&CLOCK, WINDOW, later).0.is_empty());
    fail(&mut fetches, third, later);
    // The results that were tried longest ago come next.
    let (fourth, _) = fetches.look(&CLOCK, WINDOW, later + 10 * minute);
    assert_eq!(ids(&fourth), (gone / 4..gone / 2).collect::<Vec<_>>());
}

/// Regression: this was only reported once there was room to try to fetch the result.
#[test]
fn it_is_told_at_once_that_it_is_too_late() {
    let dir = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    fetches.note(&settled(90));
    let (mut begun, _) = fetches.look(&CLOCK, WINDOW, now);
    let failed = Err(Error::other("nobody has it"));
    fetches.ended(end_of(begun.pop().unwrap(), failed), now);
    let late = Clock { now: 130, ..CLOCK };
    let (_, steps) = fetches.look(&late, WINDOW, now);
    assert_eq!(whys(&steps), ["too-late"]);
}

#[test]
fn another_result_of_the_same_task_is_not_charged_with_failures() {
    let dir = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    fetches.note(&revealed([0xcd; 32]));
    let (mut begun, _) = fetches.look(&CLOCK, WINDOW, now);
    // While the first result is searched for, a jury finds another.
    fetches.note(&settled(95));
    let failed = Err(Error::other("nobody has it"));
    let told = fetches.ended(end_of(begun.pop().unwrap(), failed), now);
    assert_eq!(told, None);
    let (begun, _) = fetches.look(&CLOCK, WINDOW, now);
    assert_eq!(begun[0].root, opening().result_root);
}

/// Regression: if the first result arrived after a jury had found another, the other one was never mentioned.
#[test]
fn a_result_of_before_that_comes_late_does_not_hide_that_there_is_another() {
    let dir = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    fetches.note(&revealed([0xcd; 32]));
    let fetch = fetches.look(&CLOCK, WINDOW, now).0.pop().unwrap();
    fetches.note(&settled(95));
    put(&fetch.folder, 7, &show_hash(&fetch.root));
    let step = fetches.ended(end_of(fetch, Ok(())), now).unwrap();
    assert_eq!(whys(&[step]), ["fetched"]);
    assert!(!fetches.are_done());
    let (begun, steps) = fetches.look(&CLOCK, WINDOW, now);
    assert!(begun.is_empty());
    assert_eq!(whys(&steps), ["another-result"]);
    fetches.note(&settled(95));
    assert!(fetches.are_done(), "it is told once");
}

#[test]
fn what_is_there_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    put(&dir.path().join("7"), 7, &show_hash(&[0xcd; 32]));
    fetches.note(&revealed([0xcd; 32]));
    let (begun, steps) = fetches.look(&CLOCK, WINDOW, now);
    assert!(begun.is_empty() && steps.is_empty());
    // A jury found another result than the one that was revealed.
    fetches.note(&settled(95));
    let (begun, steps) = fetches.look(&CLOCK, WINDOW, now);
    assert!(begun.is_empty());
    assert_eq!(whys(&steps), ["another-result"]);
    fetches.note(&settled(95));
    assert!(fetches.look(&CLOCK, WINDOW, now).1.is_empty());
}

#[test]
fn a_result_that_a_jury_throws_out_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    fetches.note(&revealed([0xcd; 32]));
    assert!(!fetches.are_done());
    fetches.note(&view(TaskStatus::Active, vec![]));
    assert!(fetches.are_done());
}

#[test]
fn a_folder_that_nothing_can_be_put_into_is_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    let Err(error) = Fetches::new(Some(&file)) else {
        panic!("it is a file")
    };
    assert_eq!(error.kind, Kind::Usage);
}

/// Regression: the result was fetched after a fork had removed the task, or given its number to a stranger's.
#[test]
fn the_result_of_a_task_that_is_gone_is_not_fetched() {
    let dir = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let mut fetches = Fetches::new(Some(dir.path())).unwrap();
    let task = revealed([1; 32]);
    fetches.note(&task);
    fetches.forget(task.id);
    assert!(fetches.are_done());
    let (begun, steps) = fetches.look(&CLOCK, WINDOW, now);
    assert!(begun.is_empty() && steps.is_empty());

    // It comes back, and is gone again while it is fetched.
    fetches.note(&task);
    let (mut begun, _) = fetches.look(&CLOCK, WINDOW, now);
    fetches.forget(task.id);
    let lost = end_of(begun.remove(0), Err(Error::other("not there")));
    assert_eq!(fetches.ended(lost, now), None);
    assert!(fetches.are_done());
}
