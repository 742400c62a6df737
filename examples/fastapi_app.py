"""A small web service on an asyncio pool.

Try it against the emulator, after ``pip install fastapi uvicorn``, in two terminals::

    python -m informix_db.testing --port 9088
    uvicorn --app-dir examples fastapi_app:app

A request that the client gives up, or that takes longer than its timeout, interrupts
the statement it waits for; the connection goes back to the pool all the same.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field

import informix_db
from informix_db import aio

CREATE = """
    CREATE TABLE IF NOT EXISTS notes (
        id SERIAL PRIMARY KEY,
        title VARCHAR(80) NOT NULL UNIQUE,
        body LVARCHAR(2000)
    )
"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the pool with the application, and close it with it."""
    async with aio.create_pool(
        host=os.environ.get("INFORMIX_HOST", "127.0.0.1"),
        port=int(os.environ.get("INFORMIX_PORT", "9088")),
        user=os.environ.get("INFORMIX_USER", "informix"),
        password=os.environ.get("INFORMIX_PASSWORD", "in4mix"),
        database=os.environ.get("INFORMIX_DATABASE", "testdb"),
        min_size=1,
        max_size=10,
        acquire_timeout=5,
        row_factory=informix_db.Row,
    ) as pool:
        async with pool.connection() as connection:
            await connection.cursor().execute(CREATE)
            await connection.commit()
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


async def connection_of(request: Request) -> AsyncIterator[aio.AsyncConnection]:
    """Give a request a connection of its own; what it does not commit is undone."""
    try:
        async with request.app.state.pool.connection() as connection:
            yield connection
    except informix_db.PoolTimeoutError as exc:
        raise HTTPException(503, "too busy") from exc


Connection = Annotated[aio.AsyncConnection, Depends(connection_of)]


class NewNote(BaseModel):
    """What a client sends to make a note."""

    title: str = Field(min_length=1, max_length=80)
    body: str | None = None


class Note(NewNote):
    """A note as it is stored."""

    id: int


@app.post("/notes", status_code=201)
async def add_note(note: NewNote, connection: Connection) -> Note:
    """Store a note."""
    cursor = connection.cursor()
    try:
        await cursor.execute(
            "INSERT INTO notes (title, body) VALUES (?, ?)", (note.title, note.body)
        )
    except informix_db.IntegrityError as exc:
        raise HTTPException(409, "there is a note of this title") from exc
    await connection.commit()
    assert cursor.lastrowid is not None
    return Note(id=cursor.lastrowid, **note.model_dump())


@app.get("/notes")
async def list_notes(connection: Connection, limit: int = 50) -> list[Note]:
    """List the newest notes."""
    cursor = connection.cursor()
    await cursor.execute("SELECT id, title, body FROM notes ORDER BY id DESC")
    rows = await cursor.fetchmany(limit)
    return [Note(id=row.id, title=row.title, body=row.body) for row in rows]


@app.get("/notes/{note_id}")
async def get_note(note_id: int, connection: Connection) -> Note:
    """Show one note."""
    cursor = connection.cursor()
    await cursor.execute("SELECT id, title, body FROM notes WHERE id = ?", (note_id,))
    row = await cursor.fetchone()
    if row is None:
        raise HTTPException(404, "there is no such note")
    return Note(id=row.id, title=row.title, body=row.body)


@app.get("/report")
async def report(connection: Connection, seconds: float = 1.0) -> dict[str, int]:
    """Work something out that takes long, for as long as the client allows."""
    cursor = connection.cursor()
    try:
        await asyncio.wait_for(
            cursor.execute(
                "SELECT COUNT(*) FROM notes a, notes b, notes c, notes d "
                "WHERE a.id + b.id = c.id + d.id"
            ),
            seconds,
        )
    except asyncio.TimeoutError as exc:
        raise HTTPException(504, "that took too long") from exc
    row = await cursor.fetchone()
    return {"sums": int(row[0])}


@app.get("/pool")
async def pool_numbers(request: Request) -> dict[str, int]:
    """Show how the pool is doing."""
    numbers: dict[str, int] = request.app.state.pool.stats()
    return numbers
