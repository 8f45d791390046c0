//! Courses of conversations as rows: whom they belong to, how they went. Read by the writer and by readers.

use debrief_model::{
    AgentNumber, Conversation, Course, Resolution, Session, SessionNumber, Speaker, TenantId, TimeRange, Told, VersionNumber,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::row;

const COURSE: &str = "user_messages, assistant_messages, flags, said_at, called_at, response_us, responses";

/// Bits of `flags`.
const SPEAKER: i64 = 0b11;
const USER: i64 = 1;
const ASSISTANT: i64 = 2;
const ASKS: i64 = 4;
const CLOSES: i64 = 8;
const FAILED: i64 = 16;

/// What of a session is written to its course.
pub(crate) struct Written<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) agent: Option<AgentNumber>,
    pub(crate) conversation: &'a Conversation,
}

pub(crate) fn write(conn: &Connection, written: &Written<'_>) -> rusqlite::Result<()> {
    let Conversation { session, agent_version, started_at, last_activity_at, told, resolution, course } = written.conversation;
    let Course { user_messages, assistant_messages, said_at, called_at, response_us, responses, .. } = *course;
    let sql = "INSERT INTO courses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT DO UPDATE SET \
               agent_version = ?4, started_at = ?5, last_activity_at = ?6, told = ?7, user_messages = ?8, assistant_messages = ?9, \
               flags = ?10, said_at = ?11, called_at = ?12, response_us = ?13, responses = ?14, resolution = ?15";
    conn.prepare_cached(sql)?.execute(params![
        written.tenant.0,
        under(written.agent),
        row::clamped(session.0),
        agent_version.map(|version| version.0),
        started_at.0,
        last_activity_at.0,
        told.map(told_code),
        user_messages,
        assistant_messages,
        flags(course),
        said_at.map(|at| at.0),
        called_at.map(|at| at.0),
        response_us,
        responses,
        resolution.map(Resolution::code),
    ])?;
    Ok(())
}

/// Sessions that nobody has led yet are under 0, which is no agent's number.
fn under(agent: Option<AgentNumber>) -> u32 {
    agent.map_or(0, |agent| agent.0)
}

/// For a session whose agent is another one now.
pub(crate) fn forget(conn: &Connection, tenant: TenantId, agent: Option<AgentNumber>, session: SessionNumber) -> rusqlite::Result<()> {
    let sql = "DELETE FROM courses WHERE tenant = ?1 AND agent = ?2 AND session = ?3";
    conn.prepare_cached(sql)?.execute(params![tenant.0, under(agent), row::clamped(session.0)])?;
    Ok(())
}

/// The course of one session; as nothing had been said where there is none.
pub(crate) fn of(conn: &Connection, tenant: TenantId, agent: Option<AgentNumber>, session: SessionNumber) -> rusqlite::Result<Course> {
    let sql = format!("SELECT {COURSE} FROM courses WHERE tenant = ?1 AND agent = ?2 AND session = ?3");
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_row(params![tenant.0, under(agent), row::clamped(session.0)], |row| course(row, 0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Gives sessions their courses.
pub(crate) fn fill(conn: &Connection, sessions: &mut [Session]) -> rusqlite::Result<()> {
    for session in sessions {
        session.course = of(conn, session.tenant, session.agent, session.number)?;
    }
    Ok(())
}

/// Shows every conversation that the agent led and that began in the range.
pub(crate) fn each(
    conn: &Connection,
    tenant: TenantId,
    agent: AgentNumber,
    began: TimeRange,
    see: &mut dyn FnMut(&Conversation),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT session, agent_version, started_at, last_activity_at, told, resolution, {COURSE} FROM courses \
         WHERE tenant = ?1 AND agent = ?2 AND started_at >= ?3 AND started_at < ?4 ORDER BY session"
    );
    let from = began.from.map_or(i64::MIN, |at| at.0);
    let to = began.to.map_or(i64::MAX, |at| at.0);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params![tenant.0, agent.0, from, to])?;
    while let Some(found) = rows.next()? {
        see(&Conversation {
            session: SessionNumber(row::count(found, 0)?),
            agent_version: found.get::<_, Option<u32>>(1)?.map(VersionNumber),
            started_at: row::time(found, 2)?,
            last_activity_at: row::time(found, 3)?,
            told: found.get::<_, Option<i64>>(4)?.and_then(told),
            resolution: row::resolution(found, 5)?,
            course: course(found, 6)?,
        });
    }
    Ok(())
}

fn course(row: &Row<'_>, at: usize) -> rusqlite::Result<Course> {
    let flags: i64 = row.get(at + 2)?;
    let last_speaker = match flags & SPEAKER {
        USER => Some(Speaker::User),
        ASSISTANT => Some(Speaker::Assistant),
        _ => None,
    };
    Ok(Course {
        user_messages: row.get(at)?,
        assistant_messages: row.get(at + 1)?,
        said_at: row::maybe_time(row, at + 3)?,
        last_speaker,
        asks: flags & ASKS != 0,
        closes: flags & CLOSES != 0,
        called_at: row::maybe_time(row, at + 4)?,
        failed: flags & FAILED != 0,
        response_us: row.get(at + 5)?,
        responses: row.get(at + 6)?,
    })
}

fn flags(course: &Course) -> i64 {
    let speaker = match course.last_speaker {
        None => 0,
        Some(Speaker::User) => USER,
        Some(Speaker::Assistant) => ASSISTANT,
    };
    let bit = |is: bool, bit: i64| if is { bit } else { 0 };
    speaker | bit(course.asks, ASKS) | bit(course.closes, CLOSES) | bit(course.failed, FAILED)
}

fn told_code(told: Told) -> i64 {
    match told {
        Told::Completed => 0,
        Told::Failed => 1,
        Told::Abandoned => 2,
    }
}

fn told(code: i64) -> Option<Told> {
    match code {
        0 => Some(Told::Completed),
        1 => Some(Told::Failed),
        2 => Some(Told::Abandoned),
        _ => None,
    }
}
