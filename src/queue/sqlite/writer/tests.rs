use tempfile::TempDir;

use super::*;

type Reply = oneshot::Receiver<Outcome<usize>>;

/// A file with a table, and two connections to it.
fn connections() -> (TempDir, Connection, Connection) {
    let directory = tempfile::tempdir().unwrap();
    let open = || Connection::open(directory.path().join("queue.db")).unwrap();
    let (ours, other) = (open(), open());
    ours.pragma_update(None, "journal_mode", "WAL").unwrap();
    ours.execute_batch("CREATE TABLE names (name TEXT)")
        .unwrap();
    (directory, ours, other)
}

fn job(work: impl FnMut(&Connection) -> Outcome<usize> + Send + 'static) -> (Box<dyn Job>, Reply) {
    let (reply, answer) = oneshot::channel();
    let result = None;
    let waiting = Waiting {
        work,
        result,
        reply,
    };
    (Box::new(waiting), answer)
}

fn insert(connection: &Connection, name: &str) -> Outcome<usize> {
    Ok(connection.execute("INSERT INTO names VALUES (?1)", [name])?)
}

fn names(connection: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM names ORDER BY name";
    let mut select = connection.prepare(sql).unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Has `a` and `c` inserted around a job; the answers of all three.
fn around(
    connection: &mut Connection,
    work: impl FnMut(&Connection) -> Outcome<usize> + Send + 'static,
) -> Vec<Outcome<usize>> {
    let jobs = [
        job(|connection| insert(connection, "a")),
        job(work),
        job(|connection| insert(connection, "c")),
    ];
    let (jobs, replies): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
    settle(connection, jobs);
    replies
        .into_iter()
        .map(|mut reply| reply.try_recv().unwrap())
        .collect()
}

#[test]
fn jobs_that_wait_together_become_visible_together() {
    let (_directory, mut ours, other) = connections();
    let answers = around(&mut ours, move |_| Ok(names(&other).len()));
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers, [1, 0, 1]);
    assert_eq!(names(&ours), ["a", "c"]);
}

#[test]
fn a_job_that_fails_leaves_nothing_and_its_neighbours_alone() {
    let (_directory, mut ours, other) = connections();
    let answers = around(&mut ours, |connection| {
        insert(connection, "b")?;
        insert(connection, "b").and(Err(Fault::Lasting("odd".to_owned())))
    });
    assert!(matches!(&answers[1], Err(Fault::Lasting(reason)) if reason == "odd"));
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(names(&other), ["a", "c"]);
}

#[test]
fn a_job_that_panics_leaves_nothing_and_its_neighbours_alone() {
    let (_directory, mut ours, other) = connections();
    let answers = around(&mut ours, |connection| {
        insert(connection, "b")?;
        panic!("a fault")
    });
    assert!(matches!(answers[1], Err(Fault::Passing(_))));
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(names(&other), ["a", "c"]);
}

#[test]
fn a_job_that_ends_the_transaction_does_not_take_its_neighbours_along() {
    let (_directory, mut ours, other) = connections();
    let answers = around(&mut ours, |connection| {
        insert(connection, "b")?;
        // As SQLite itself does when the disk is full.
        connection.execute_batch("ROLLBACK")?;
        Err(Fault::Passing("full".to_owned()))
    });
    assert!(matches!(&answers[1], Err(Fault::Passing(reason)) if reason == "full"));
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(names(&other), ["a", "c"]);
}

#[test]
fn a_file_that_is_locked_is_waited_for_once() {
    let (_directory, mut ours, other) = connections();
    ours.busy_timeout(std::time::Duration::ZERO).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for answer in around(&mut ours, |_| panic!("it was not to begin")) {
        assert!(matches!(answer, Err(Fault::Passing(reason)) if reason.contains("locked")));
    }
}

#[tokio::test]
async fn a_panic_while_opening_is_an_error() {
    let failed = Writer::start(|| panic!("a fault")).await;
    assert!(matches!(failed, Err(Fault::Passing(_))));
}
