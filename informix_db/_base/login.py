"""The part of a connection that begins and ends a session.

Knows the steps of a login, who answers what the server asks besides the password, and
how the database's locale is learnt. Nothing here waits.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from informix_db._base.capabilities import ServerCapabilities
from informix_db._base.execution import Execution
from informix_db._base.tpc import xa_error
from informix_db._protocol import pam, xa
from informix_db._protocol.login import LoginRequest, login_gen
from informix_db._protocol.pam import Challenge
from informix_db._protocol.session import (
    NO_DATABASE,
    capabilities_gen,
    environment_gen,
    exit_gen,
    open_database_gen,
    ping_gen,
)
from informix_db._protocol.transaction import commit_gen
from informix_db._wire.accel import BindContext
from informix_db._wire.buffer import Wire
from informix_db._wire.text import codec_of_locale, codec_with_policy
from informix_db.exceptions import (
    Error,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    ProtocolError,
)
from informix_db.params import ANY_ROLE, AUTO, PRIMARY, STANDBY, ConnectParams

logger = logging.getLogger("informix_db")

# The row that names the locale a database was created with; IBM's client asks for it
# whenever it has opened one [J].
_LOCALE_SQL = (
    "SELECT FIRST 1 site FROM informix.systables WHERE tabname = ' GL_COLLATE'"
)

# Styles of PAM's questions, by its header files; as numbers they pass through IBM's
# client unchanged [J].
_SECRET_QUESTION = 1
_MESSAGES = (3, 4)

_MOST_QUESTIONS = 32


class Login(Execution):
    """What opens a session: one conversation, or several if the server asks back."""

    def __init__(self, params: ConnectParams) -> None:
        super().__init__(params)
        self._capabilities: ServerCapabilities | None = None
        self._questions = 0
        self._gave_password = False

    @property
    def server_version_internal(self) -> str:
        """The version of the login reply: an internal number, 9.56 for 12.10 [P]."""
        return self.server_capabilities.server_version

    @property
    def server_capabilities(self) -> ServerCapabilities:
        """What the server said it can do when this session began."""
        if self._capabilities is None:
            raise InterfaceError("the connection has not been opened")
        return self._capabilities

    def _login_gen(self) -> Wire[Challenge | None]:
        """Log in; return what the server asks before it goes on."""
        params, channel = self._params, self._channel
        login = yield from login_gen(
            channel,
            LoginRequest(
                user=params.user,
                password=params.password,
                server=params.server,
                environment=params.login_environment,
                application="informix_db",
                encoding=params.encoding,
            ),
        )
        mask = yield from capabilities_gen(channel, login.capabilities[0])
        self._capabilities = ServerCapabilities(
            mask,
            channel.framing.bits,
            login.version,
            login.serial_number,
            login.application_id,
            *login.capabilities,
        )
        return (yield from pam.begin_gen(channel)) if channel.framing.pam else None

    def _answer_to(self, challenge: Challenge) -> str | Awaitable[str]:
        """Return the answer to a question, or what has to be awaited for it.

        Without a `pam_responder` the password answers the first question for a secret,
        and messages need no answer.
        """
        self._questions += 1
        if self._questions > _MOST_QUESTIONS:
            raise ProtocolError("the server does not stop asking questions")
        responder = self._params.pam_responder
        if responder is not None:
            return responder(challenge.prompt, challenge.style)
        if challenge.style in _MESSAGES:
            logger.info("message of the server at login: %s", challenge.prompt)
            return ""
        if challenge.style == _SECRET_QUESTION and not self._gave_password:
            self._gave_password = True
            return self._params.password
        raise OperationalError(
            f"the server asks {challenge.prompt!r} at login: connect with a "
            "pam_responder= that answers it"
        )

    def _respond_gen(self, answer: object) -> Wire[Challenge | None]:
        """Send the answer; return the next question."""
        if not isinstance(answer, str):
            raise InterfaceError(
                f"pam_responder must return a str, not {type(answer).__name__}"
            )
        return (yield from pam.respond_gen(self._channel, answer))

    def _enter_gen(self) -> Wire[None]:
        """Set the session up, once the server has let it in."""
        params, channel = self._params, self._channel
        self._speak(params.encoding)
        yield from environment_gen(channel)
        if params.database is not None:
            self._database = yield from open_database_gen(channel, params.database)
            self._check_role(params.role)
            yield from self._match_locale_gen()
        for sql in params.opening_statements:
            yield from self._run_plain_gen(sql)

    def _speak(self, encoding: str) -> None:
        """Use a codec for all text from now on."""
        channel = self._channel
        channel.encoding = codec_with_policy(encoding, self._params.encoding_errors)
        self._bind_context = BindContext(channel.encoding, channel.framing.bigint)

    def _check_role(self, role: str) -> None:
        actual = STANDBY if self._database.secondary else PRIMARY
        if role not in (ANY_ROLE, actual):
            raise OperationalError(
                f"the server is a {actual}, not a {role}", retryable=True
            )

    def _match_locale_gen(self) -> Wire[None]:
        """Speak the code set of the database that was opened."""
        params = self._params
        self._speak(params.encoding)
        mistaken = self._database.other_locale and not params.knows_db_locale
        wanted = params.db_locale == AUTO and self._database is not NO_DATABASE
        if wanted or mistaken:
            yield from self._learn_locale_gen()

    def _learn_locale_gen(self) -> Wire[None]:
        """Ask the database for its locale and speak its code set."""
        locale = yield from self._ask_gen(_LOCALE_SQL)
        yield from self._end_gen(commit_gen)  # of an ANSI database, which began one
        if locale:
            self._speak(codec_of_locale(locale))

    def _enter_xa_gen(self) -> Wire[None]:
        """Open the database for distributed transactions, in place of DBOPEN.

        It is closed before: IBM's client opens none otherwise [J]. If the server does
        not take part, the session goes on as before.
        """
        name, database = self._database_name, self._database
        if name is None:
            raise ProgrammingError(
                "two-phase commit needs the database that connect() was given"
            )
        self._transaction_ended("two-phase commit", held=True)
        self._statements.clear()
        yield from self._run_plain_gen("CLOSE DATABASE")
        self._database_name, self._database = None, NO_DATABASE
        problem: Error | None = None
        try:
            code = yield from xa.open_gen(self._channel, name)
            if code != 0:
                problem = xa_error(code, f"opening {name}")
        except Error as exc:
            if not self._channel.in_sync:
                raise
            problem = exc
        if problem is not None:
            try:
                database = yield from open_database_gen(self._channel, name)
            except Error as exc:
                raise exc from problem
        self._database_name, self._database = name, database
        for sql in self._params.opening_statements:
            yield from self._run_plain_gen(sql)
        if problem is not None:
            raise problem

    def _exit_gen(self) -> Wire[None]:
        if self._xa_open and self._database_name is not None:
            yield from xa.close_gen(self._channel, self._database_name)
        yield from exit_gen(self._channel)

    def _ping_gen(self) -> Wire[None]:
        yield from ping_gen(self._channel)
