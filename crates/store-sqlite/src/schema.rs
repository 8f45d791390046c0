//! The schema and its migrations: one SQL file per version, applied in order, each in a transaction of its own.

use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

/// Marks a file as ours, in SQLite's header field for that purpose: `DBRF`.
pub(crate) const APPLICATION_ID: i64 = 0x4442_5246;

const MIGRATIONS: [&str; 6] = [
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
];

/// The version this program writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// The version the file has; 0 is an empty one.
pub(crate) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings the file to [`VERSION`]. Another process may be doing the same: each step looks again under the write lock.
pub(crate) fn migrate(conn: &mut Connection) -> rusqlite::Result<()> {
    while version(conn)? < VERSION {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let from = version(&tx)?;
        let Some(sql) = usize::try_from(from).ok().and_then(|from| MIGRATIONS.get(from)) else { break };
        tx.execute_batch(sql)?;
        if from == 0 {
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.execute("INSERT INTO meta (name, value) VALUES ('pepper', ?1)", params![random_bytes()])?;
        }
        tx.pragma_update(None, "user_version", from + 1)?;
        tx.commit()?;
    }
    Ok(())
}

/// 32 bytes out of 488 random bits of the operating system.
fn random_bytes() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for _ in 0..4 {
        hasher.update(Uuid::new_v4().as_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_version_2_keep_whom_they_name() {
        let mut conn = Connection::open_in_memory().unwrap();
        MIGRATIONS[..2].iter().for_each(|sql| conn.execute_batch(sql).unwrap());
        conn.pragma_update(None, "user_version", 2).unwrap();
        let insert = "INSERT INTO sessions (number, tenant, key, id, agent, agent_named, person, started_at, last_activity_at, events, llm_calls, \
                      tool_calls, actions, errors, failures, first_event_at, last_event_at) \
                      VALUES (?1, 1, ?1, x'00', 7, ?2, ?3, 10, 90, 1, 1, 0, 0, 0, 0, 20, 30)";
        conn.execute(insert, params![1, true, 5]).unwrap();
        conn.execute(insert, params![2, false, None::<i64>]).unwrap();
        migrate(&mut conn).unwrap();
        let mut rows = conn.prepare("SELECT agent_named_at, person_named_at, unnamed FROM sessions ORDER BY number").unwrap();
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let rows: Vec<(Option<i64>, Option<i64>, i64)> = rows.map(Result::unwrap).collect();
        assert_eq!(rows, [(Some(20), Some(30), 0), (None, None, 0)]);
    }

    #[test]
    fn conversations_of_version_3_say_what_their_end_states_said() {
        let mut conn = Connection::open_in_memory().unwrap();
        MIGRATIONS[..3].iter().for_each(|sql| conn.execute_batch(sql).unwrap());
        conn.pragma_update(None, "user_version", 3).unwrap();
        let session = "INSERT INTO sessions (number, tenant, key, id, started_at, last_activity_at, events, llm_calls, tool_calls, actions, \
                       errors, failures, end_state) VALUES (?1, 1, ?1, x'00', 10, 90, 1, 1, 0, 0, 0, 0, ?2)";
        let course = "INSERT INTO courses VALUES (1, 0, ?1, NULL, 10, 90, NULL, 0, 0, 0, NULL, NULL, 0, 0)";
        for (number, state) in (1..).zip([Some("Success"), Some("FAILED"), Some("completed"), Some("Indeterminate"), None]) {
            conn.execute(session, params![number, state]).unwrap();
            conn.execute(course, params![number]).unwrap();
        }
        migrate(&mut conn).unwrap();
        let mut rows = conn.prepare("SELECT resolution FROM courses ORDER BY session").unwrap();
        let rows: Vec<Option<u8>> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows, [Some(1), Some(0), None, None, None]);
    }
}
