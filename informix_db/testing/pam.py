"""PAM: questions a client must answer before it may do anything else.

A server that wants them grants capability 44. The client sends ACK, gets a CHALLENGE
for each question, sends a RESPONSE to each, and may go on after ACCEPT [J]. How a real
server says no is not known: this one answers ERR and hangs up [?].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from . import messages as m
from . import tags
from .api import SQLError
from .replies import ReplyWriter

# Styles are passed on by IBM's driver as they come; 1 and 2 were tried [J]. What they
# mean is PAM's own: to be typed unseen, typed in the open, and two that are only told.
SECRET, VISIBLE, ERROR, INFORMATION = 1, 2, 3, 4

_CAPABILITY = 44  # [J]
_REFUSED = -951


@dataclass(frozen=True, slots=True)
class Question:
    """What a client is asked, and what it must answer.

    Without an answer of its own a question is for the user's password. What is only
    told (styles ERROR and INFORMATION) takes any answer.
    """

    prompt: str
    answer: str | None = field(default=None, repr=False)
    style: int = SECRET


def with_pam(capabilities: bytes) -> bytes:
    """Return a mask of capabilities that asks for PAM besides."""
    mask = bytearray(capabilities.ljust(9, b"\0"))
    mask[_CAPABILITY // 8] |= 0x80 >> (_CAPABILITY % 8)
    return bytes(mask)


class Conversation:
    """Asks the client of one session, and lets nothing else pass until it is done."""

    def __init__(
        self,
        questions: Sequence[Question],
        check_password: Callable[[str], None],
        writer: ReplyWriter,
    ) -> None:
        self._questions = list(questions)
        self._check_password = check_password
        self._writer = writer
        self._asked: Question | None = None
        self.accepted = not questions
        self.refused = False

    def check(self, message: m.Message) -> None:
        """Refuse a message that may only come after acceptance."""
        tag = message.tag if isinstance(message, m.Simple) else 0
        if tag == tags.ACKNOWLEDGE and self._asked is None:
            return
        if tag != tags.EXIT and not isinstance(message, m.Protocols | m.Response):
            self._refuse()

    def go_on(self) -> None:
        """After ACK or a right answer: ask the next question, ACCEPT after the last."""
        self._asked = self._questions.pop(0) if self._questions else None
        if self._asked is None:
            self.accepted = True
            self._writer.simple(tags.ACCEPT)
        else:
            self._writer.challenge(self._asked.style, self._asked.prompt)

    def response(self, message: m.Response) -> None:
        """Take the answer to the question asked, and go on."""
        question = self._asked
        if question is None:
            self._refuse()
        elif question.style not in (ERROR, INFORMATION):
            self._judge(question, message.answer)
        self.go_on()

    def _judge(self, question: Question, answer: str) -> None:
        try:
            if question.answer is None:
                self._check_password(answer)
            elif answer != question.answer:
                self._refuse()
        except SQLError:
            self.refused = True
            raise

    def _refuse(self) -> NoReturn:
        self.refused = True
        raise SQLError(_REFUSED)
