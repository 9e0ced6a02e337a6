//! Projects and their sealed secrets.

use crate::StoreError;
use crate::records::{NewProject, Project, SealedSecret};
use payglot_core::{ProjectId, UnixMillis};
use rusqlite::{Connection, OptionalExtension, Row, params};

const COLUMNS: &str = "n, protocol, name, login, settings, enabled, version, created_at";

fn project(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project {
        id: ProjectId(row.get(0)?),
        protocol: row.get(1)?,
        name: row.get(2)?,
        login: row.get(3)?,
        settings: row.get(4)?,
        enabled: row.get(5)?,
        version: row.get(6)?,
        secrets: Vec::new(),
        created_at: UnixMillis(row.get(7)?),
    })
}

fn with_secrets(db: &Connection, mut project: Project) -> Result<Project, StoreError> {
    // The one that is valid without end is the newest of its kind, even if the clock was set back.
    let sql =
        "SELECT kind, sealed, created_at, valid_until FROM project_secret WHERE project = ? ORDER BY kind, n DESC";
    let mut query = db.prepare_cached(sql)?;
    let secrets = query.query_map([project.id.0], |row| {
        Ok(SealedSecret {
            kind: row.get(0)?,
            sealed: row.get(1)?,
            created_at: UnixMillis(row.get(2)?),
            valid_until: row.get::<_, Option<i64>>(3)?.map(UnixMillis),
        })
    })?;
    project.secrets = secrets.collect::<Result<_, _>>()?;
    Ok(project)
}

pub(super) fn by_id(db: &Connection, id: ProjectId) -> Result<Option<Project>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM project WHERE n = ?");
    let found = db.prepare_cached(&sql)?.query_row([id.0], project).optional()?;
    found.map(|project| with_secrets(db, project)).transpose()
}

pub(super) fn version(db: &Connection, id: ProjectId) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT version FROM project WHERE n = ?";
    Ok(db.prepare_cached(sql)?.query_row([id.0], |row| row.get(0)).optional()?)
}

pub(super) fn version_by_login(
    db: &Connection,
    protocol: &str,
    login: &str,
) -> Result<Option<(ProjectId, i64)>, StoreError> {
    let sql = "SELECT n, version FROM project WHERE protocol = ? AND login = ?";
    let found = db.prepare_cached(sql)?.query_row([protocol, login], |row| Ok((ProjectId(row.get(0)?), row.get(1)?)));
    Ok(found.optional()?)
}

pub(super) fn all(db: &Connection) -> Result<Vec<Project>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM project ORDER BY name");
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map([], project)?.collect::<Result<Vec<_>, _>>()?;
    found.into_iter().map(|project| with_secrets(db, project)).collect()
}

fn existing(db: &Connection, id: ProjectId) -> Result<Project, StoreError> {
    by_id(db, id)?.ok_or(StoreError::NotFound)
}

pub(super) fn create(db: &Connection, new: &NewProject) -> Result<Project, StoreError> {
    let sql = "INSERT INTO project (protocol, name, login, settings, enabled, version, created_at) VALUES (?, ?, ?, ?, 1, 1, ?)";
    let values = params![new.protocol, new.name, new.login, new.settings, new.created_at.0];
    let id = ProjectId(db.prepare_cached(sql)?.insert(values)?);
    for secret in &new.secrets {
        insert_secret(db, id, secret)?;
    }
    existing(db, id)
}

fn insert_secret(db: &Connection, id: ProjectId, secret: &SealedSecret) -> Result<(), StoreError> {
    let sql = "INSERT INTO project_secret (project, kind, sealed, created_at, valid_until) VALUES (?, ?, ?, ?, ?)";
    let valid_until = secret.valid_until.map(|at| at.0);
    db.prepare_cached(sql)?.execute(params![id.0, secret.kind, secret.sealed, secret.created_at.0, valid_until])?;
    Ok(())
}

pub(super) fn update(
    db: &Connection,
    id: ProjectId,
    version: i64,
    settings: &str,
    enabled: bool,
) -> Result<Project, StoreError> {
    let sql = "UPDATE project SET settings = ?, enabled = ?, version = version + 1 WHERE n = ? AND version = ?";
    let updated = db.prepare_cached(sql)?.execute(params![settings, enabled, id.0, version])?;
    let project = existing(db, id)?;
    if updated == 1 { Ok(project) } else { Err(StoreError::Changed) }
}

pub(super) fn add_secret(
    db: &Connection,
    id: ProjectId,
    secret: &SealedSecret,
    old_valid_until: UnixMillis,
) -> Result<Project, StoreError> {
    let sql = "UPDATE project SET version = version + 1 WHERE n = ?";
    if db.prepare_cached(sql)?.execute([id.0])? == 0 {
        return Err(StoreError::NotFound);
    }
    // A secret that already ends sooner is not given more time.
    let sql =
        "UPDATE project_secret SET valid_until = min(ifnull(valid_until, ?1), ?1) WHERE project = ?2 AND kind = ?3";
    db.prepare_cached(sql)?.execute(params![old_valid_until.0, id.0, secret.kind])?;
    insert_secret(db, id, secret)?;
    existing(db, id)
}
