"""Statement type numbers as DESCRIBE tells them (docs/PROTOCOL.md section 4).

Numbers no source confirms follow Informix's published sqlstype list as far as it is
known; clients only look at 1, 2, 6, 12, 31, 34, 35, 36, 38 and 56.
"""

from __future__ import annotations

from informix_db.testing.sql import ast, ast_ddl, ast_dml, ast_session

SELECT, SELECT_INTO, UPDATE, DELETE, INSERT = 2, 3, 4, 5, 6
OPEN_DATABASE, CREATE_DATABASE, CLOSE_DATABASE = 1, 12, 31
BEGIN, COMMIT, ROLLBACK = 34, 35, 36
CREATE_TABLE, DROP_TABLE, EXECUTE_ROUTINE = 45, 46, 56
OTHER = 72

_BY_NODE: dict[type[ast.Statement], int] = {
    ast_ddl.OpenDatabase: OPEN_DATABASE,
    ast_ddl.CreateDatabase: CREATE_DATABASE,
    ast_ddl.CloseDatabase: CLOSE_DATABASE,
    ast_session.Begin: BEGIN,
    ast_session.Commit: COMMIT,
    ast_session.Rollback: ROLLBACK,
    ast_session.SetSavepoint: 37,
    ast_ddl.CreateTable: CREATE_TABLE,
    ast_dml.ExecuteRoutine: EXECUTE_ROUTINE,
    ast_session.LockTable: 10,
    ast_session.UnlockTable: 11,
    ast_ddl.CreateIndex: 16,
    ast_ddl.Grant: 18,
    ast_ddl.Revoke: 19,
    ast_ddl.AlterTable: 29,
    ast_ddl.UpdateStatistics: 30,
    ast_ddl.CreateView: 40,
    ast_ddl.CreateSynonym: 43,
    ast_session.SetIsolation: 48,
}
_BY_DROP = {
    "database": 13,
    "table": DROP_TABLE,
    "index": 17,
    "view": 41,
    "synonym": 44,
}


def statement_type(node: ast.Statement) -> int:
    """Return the number of a statement other than SELECT and DML."""
    if isinstance(node, ast_ddl.Drop):
        return _BY_DROP.get(node.kind, OTHER)
    if isinstance(node, ast_session.Rollback) and node.to_savepoint:
        return OTHER
    return _BY_NODE.get(type(node), OTHER)
