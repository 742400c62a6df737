"""What a session does with messages: carries them out, turning failures into ERR.

An ERR ends what a request does: the rest of its messages is read and skipped. Whether
a real server keeps, drops or goes on after the output before it is not known; all
three are accepted by IBM's driver [J] and can be chosen with `BatchErrors`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from . import messages as m
from . import tags, xa
from .api import EngineSessionAPI, SQLError
from .batches import Batch, Puts
from .fastpath import FastPath
from .faults import DropConnection
from .framing import Framing
from .interrupts import InterruptState
from .pam import Conversation
from .replies import ReplyWriter
from .settings import BatchErrors, SessionSettings
from .statementlog import StatementLog
from .statements import StatementTable
from .stream import ClientGone, ProtocolError

logger = logging.getLogger("informix_db.testing")

# A failure inside the emulator: "internal error in routine", with Python's words.
INTERNAL_ERROR = -768

_DATABASE_AT_LOGIN = -759
_INTERRUPTED = -213
_CONVERSION_FAILED = -23103
_NOT_IMPLEMENTED = -999

_OLD_VERSION = "9.28"  # the version IBM's driver takes from a server without cap1 [J]

_INTERRUPTIBLE = frozenset(
    {
        tags.PREPARE,
        tags.COMMAND,
        tags.OPEN,
        tags.EXECUTE,
        tags.FETCH,
        tags.SCROLL_FETCH,
        tags.PUT,
        tags.COMMIT,
        tags.BEGIN,
        tags.ROLLBACK,
        tags.OPEN_DATABASE,
        tags.FETCH_BLOB,
        tags.GET_ROUTINE,
        tags.EXECUTE_ROUTINE,
        tags.LO_DATA,
    }
)
_ROW_OF_A_BATCH = frozenset({tags.EXECUTE, tags.PUT})
_TAG_OF_MESSAGE: dict[type, int] = {
    m.Fetch: tags.FETCH,
    m.ScrollFetch: tags.SCROLL_FETCH,
    m.Put: tags.PUT,
    m.OpenDatabase: tags.OPEN_DATABASE,
    m.FetchBlob: tags.FETCH_BLOB,
    m.GetRoutine: tags.GET_ROUTINE,
    m.CallRoutine: tags.EXECUTE_ROUTINE,
    m.ReadLargeObject: tags.LO_DATA,
    m.WriteLargeObject: tags.LO_DATA,
}


class Requests:
    """Carries out messages, turning every failure into ERR."""

    def __init__(
        self,
        session: EngineSessionAPI,
        statements: StatementTable,
        reader: m.RequestReader,
        writer: ReplyWriter,
        settings: SessionSettings,
        conversation: Conversation,
        log: StatementLog | None,
        *,
        database_at_login: bool,
    ) -> None:
        self._session = session
        self._statements = statements
        self._reader = reader
        self._writer = writer
        self._settings = settings
        self._conversation = conversation
        self._log = log
        self._database_at_login = database_at_login
        self._failed = False
        self._resumes_at_command = False
        self.finished = False
        self.fast_path = FastPath(session, writer)
        self._handlers: dict[type, Callable[[Any], None]] = {
            **statements.handlers,
            m.Named: self._named,
            m.OpenDatabase: self._open_database,
            m.Protocols: self._protocols,
            m.Response: conversation.response,
            m.Info: self._info,
            **self.fast_path.handlers,
            **self._xa_handlers(),
        }
        self._simple_handlers: dict[int, Callable[[], None]] = {
            **statements.simple_handlers,
            tags.BEGIN: self._begin,
            tags.COMMIT: self._commit,
            tags.DATABASE_LIST: self._database_list,
            tags.CLOSE_DATABASE: self._close_database,
            tags.VERSION: self._version,
            tags.EXIT: self._exit,
            tags.ACKNOWLEDGE: conversation.go_on,
        }

    @property
    def may_send_parts(self) -> bool:
        return self._settings.batch_errors is not BatchErrors.DROP

    def carry_out(self, message: m.Message, interrupts: InterruptState) -> None:
        """Carry out one message, unless an error before it forbids that."""
        if self._failed and self._is_skipped(message):
            return
        if isinstance(message, Batch | Puts):
            if not self._carried_out_at_once(message, interrupts):
                self._carry_out_rows(message, interrupts)
            return
        try:
            tag = _tag_of(message)
            if not self._conversation.accepted:
                self._conversation.check(message)
            if tag in _INTERRUPTIBLE:
                if interrupts.requested:
                    raise SQLError(_INTERRUPTED)
                self._settings.faults.check(tag)
            if self._reader.undecodable:
                raise SQLError(_CONVERSION_FAILED)
            if self._log is None:
                self._handle(message)
            else:
                self._log.carry_out(message, self._handle)
        except SQLError as error:
            if error.sqlcode == _INTERRUPTED:
                interrupts.clear()
            self._fail(message, error)
        except (ProtocolError, ClientGone, DropConnection):
            raise
        except Exception as error:
            logger.exception("internal error in %r", message)
            self._fail(message, SQLError(INTERNAL_ERROR, token=repr(error)))

    def _carried_out_at_once(
        self, batch: Batch | Puts, interrupts: InterruptState
    ) -> bool:
        """Carry out a batch if nothing may tell that from doing it row by row."""
        if self._log is not None or self._settings.faults.is_armed:
            return False
        if interrupts.requested or self._reader.undecodable:
            return False
        if isinstance(batch, Puts):
            return self._statements.put_batch(batch)
        return self._statements.execute_batch(batch)

    def _carry_out_rows(self, batch: Batch | Puts, interrupts: InterruptState) -> None:
        if isinstance(batch, Puts):
            for row in batch.rows:
                self.carry_out(m.Put([row]), interrupts)
            return
        execute = m.Simple(tags.EXECUTE)
        for values in batch.parameters():
            self.carry_out(m.Bind(values), interrupts)
            self.carry_out(execute, interrupts)

    def _handle(self, message: m.Message) -> None:
        if isinstance(message, m.Simple):
            self._simple_handlers[message.tag]()
        else:
            self._handlers[type(message)](message)

    def _fail(self, message: m.Message, error: SQLError) -> None:
        batch_errors = self._settings.batch_errors
        if batch_errors is BatchErrors.CONTINUE:
            if _tag_of(message) in _ROW_OF_A_BATCH:
                self._writer.error(error)
                return
            self._resumes_at_command = isinstance(message, m.Statement)
        self._failed = True
        if batch_errors is BatchErrors.DROP:
            self._writer.output.clear()
        self._statements.end_of_failed_request(
            keep_output=batch_errors is not BatchErrors.DROP
        )
        self._writer.error(error)

    def _is_skipped(self, message: m.Message) -> bool:
        """Tell whether `message`, which comes after an error, is not carried out."""
        if self._resumes_at_command and isinstance(message, m.Statement):
            self._failed = False
        return self._failed

    def end(self) -> None:
        """End the reply."""
        self._statements.end_of_request()
        self._failed = self._resumes_at_command = False
        if not self.finished:
            self._writer.end()
        self.finished = self.finished or self._conversation.refused

    # Messages about the session and its database.

    def _done(self, warn: int = 0) -> None:
        self._writer.done(warn=warn)
        self._writer.cost()

    def _protocols(self, message: m.Protocols) -> None:
        capabilities = self._settings.capabilities
        self._writer.protocols(capabilities)
        framing = Framing.negotiated(message.mask, capabilities)
        self._reader.framing = self._writer.framing = framing

    def _info(self, _: m.Info) -> None:
        """Environment after login: nothing in it changes what this server does."""

    def _version(self) -> None:
        if self._settings.cap1 == 0:
            self._writer.text(tags.VERSION, _OLD_VERSION)

    def _exit(self) -> None:
        self.finished = True
        if self._settings.transaction_states:
            self._writer.transaction_state()  # may come first [P]
        self._writer.simple(tags.EXIT)

    def _open_database(self, message: m.OpenDatabase) -> None:
        self._done(self._open(message.name, message.exclusive))

    def _open(self, name: str, exclusive: bool = False) -> int:
        if self._database_at_login:
            raise SQLError(_DATABASE_AT_LOGIN)  # [P]
        return self._session.open_database(name, exclusive)

    def _xa_handlers(self) -> dict[type, Callable[[Any], None]]:
        close_cursors = self._statements.close_cursors_without_hold
        requests = xa.XARequests(self._session, self._writer, self._open, close_cursors)
        return {
            xa.XADatabase: requests.database,
            xa.XABranch: requests.branch,
            xa.XARecover: requests.recover,
        }

    def _close_database(self) -> None:
        self._session.close_database()

    def _database_list(self) -> None:
        self._writer.names(tags.DATABASE_LIST, self._settings.engine.databases())

    def _begin(self) -> None:
        self._session.begin()
        self._done()

    def _commit(self) -> None:
        self._session.commit()
        self._statements.close_cursors_without_hold()
        self._done()

    def _named(self, message: m.Named) -> None:
        if message.tag == tags.CURSOR_NAME:
            self._statements.name_cursor(message.name)
        elif message.tag == tags.ROLLBACK:
            self._rollback(message.name)
        elif message.tag == tags.SET_SAVEPOINT:
            self._session.set_savepoint(message.name)
        elif message.tag == tags.RELEASE_SAVEPOINT:
            self._session.release_savepoint(message.name)
        elif message.tag == tags.ROLLBACK_TO_SAVEPOINT:
            self._session.rollback(message.name)
        else:
            raise SQLError(_NOT_IMPLEMENTED)

    def _rollback(self, savepoint: str) -> None:
        self._session.rollback(savepoint or None)
        if not savepoint:
            self._statements.close_cursors_without_hold()
        self._done()


def _tag_of(message: m.Message) -> int:
    if isinstance(message, m.Simple | m.Statement | m.Named):
        return message.tag
    return _TAG_OF_MESSAGE.get(type(message), 0)
