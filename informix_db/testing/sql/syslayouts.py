"""Columns of the system catalog's tables and of sysmaster's.

Names and order are those of public sources, of IBM's Guide to SQL: Reference and
Administrator's Reference above all; columns no source gives are left out, and so are
those of types no client can read (RTNPARAMTYPES). Tabids above 10 are the emulator's
own.
"""

from __future__ import annotations

from informix_db.testing.api import HOUR, SECOND, YEAR, SQLType
from informix_db.testing.sql import types as t

_SHORT, _INT, _FLOAT, _DATE = (
    t.SMALLINT_TYPE,
    t.INTEGER_TYPE,
    t.FLOAT_TYPE,
    t.DATE_TYPE,
)
_NAME, _OWNER = t.varchar(128), t.char(32)
_SERIAL = t.plain(t.SERIAL)
_BY_LETTER = {
    "s": _SHORT,
    "i": _INT,
    "f": _FLOAT,
    "d": _DATE,
    "n": _NAME,
    "o": _OWNER,
    "S": _SERIAL,
    "8": t.INT8_TYPE,
    "v": t.varchar(32),
    "b": t.BOOLEAN_TYPE,
    "1": t.char(1),
    "l": t.lvarchar(2048),
    "t": t.datetime_type(YEAR, SECOND + 5),
    "h": t.interval_type(HOUR, SECOND + 5),
}

_PARTS = " ".join(f"part{i}:s" for i in range(1, 17))

# (table, tabid, "name:type ..."): a letter of _BY_LETTER or a number for CHAR(n).
LAYOUTS = (
    (
        "systables",
        1,
        "tabname:n owner:o partnum:i tabid:S rowsize:s ncols:s nindexes:s nrows:f "
        "created:d version:i tabtype:1 locklevel:1 npused:f fextsize:i nextsize:i "
        "flags:s site:n dbname:n type_xid:i am_id:i",
    ),
    (
        "syscolumns",
        2,
        "colname:n tabid:i colno:s coltype:s collength:s colmin:i colmax:i "
        "extended_id:i seclabelid:i colattr:s",
    ),
    (
        "sysindexes",
        71,
        "idxname:n owner:v tabid:i idxtype:1 clustered:1 "
        f"{_PARTS} levels:s leaves:f nunique:f clust:f",
    ),
    (
        "sysindices",
        3,
        "idxname:n owner:v tabid:i idxtype:1 clustered:1 levels:s leaves:f nunique:f "
        "clust:f nrows:f indexkeys:256 amid:i amparam:l collation:32 pagesize:i "
        "nhashcols:s nbuckets:s ustlowts:t ustbuildduration:h nupdates:f ndeletes:f "
        "ninserts:f fextsize:i nextsize:i",
    ),
    (
        "sysconstraints",
        11,
        "constrid:S constrname:n owner:v tabid:i constrtype:1 idxname:n collation:32",
    ),
    (
        "sysxtdtypes",
        22,
        "extended_id:S domain:1 mode:1 owner:v name:n type:s source:i maxlen:i "
        "length:i byvalue:1 cannothash:1 align:s locator:i",
    ),
    (
        "sysdefaults",
        14,
        "tabid:i colno:s type:1 default:256 class:1",
    ),
    ("syscoldepend", 13, "constrid:i tabid:i colno:s"),
    (
        "sysreferences",
        15,
        "constrid:i primary:i ptabid:i updrule:1 delrule:1 matchtype:1 pendant:1",
    ),
    ("syschecks", 12, "constrid:i type:1 seqno:s checktext:32"),
    ("sysviews", 6, "tabid:i seqno:s viewtext:256"),
    ("sysusers", 7, "username:v usertype:1 priority:s password:16 defrole:v"),
    ("systabauth", 4, "grantor:v grantee:v tabid:i tabauth:9"),
    (
        "sysprocedures",
        17,
        "procname:n owner:v procid:S mode:1 retsize:i symsize:i datasize:i codesize:i "
        "numargs:i isproc:1 specificname:n externalname:255 paramstyle:1 langid:i "
        "variant:b client:b handlesnulls:b iterator:b percallcost:i",
    ),
    (
        "sysproccolumns",
        18,
        "procid:i paramid:i paramname:n paramtype:s paramlen:s paramxid:i paramattr:i",
    ),
    ("sysprocbody", 19, "procid:i datakey:1 seqno:i data:256"),
    ("sysprocauth", 20, "grantor:v grantee:v procid:i procauth:1"),
    ("syscolauth", 5, "grantor:v grantee:v tabid:i colno:s colauth:3"),
    ("sysdepend", 8, "btabid:i btype:1 dtabid:i dtype:1"),
    ("syssynonyms", 9, "owner:v synname:n created:d tabid:i"),
    ("sysroleauth", 21, "rolename:v grantee:v is_grantable:1"),
    (
        "sysattrtypes",
        23,
        "extended_id:i seqno:s levelno:s parent_no:s fieldname:n fieldno:s type:s "
        "length:s xtd_type_id:i",
    ),
    ("sysobjstate", 24, "objtype:1 owner:v name:n tabid:i state:1"),
    (
        "systriggers",
        25,
        "trigid:S trigname:n owner:v tabid:i event:1 old:n new:n mode:1 collation:32",
    ),
    ("systrigbody", 26, "trigid:i datakey:1 seqno:i data:256"),
    (
        "syssyntable",
        10,
        "tabid:i servername:n dbname:n owner:v tabname:n btabid:i",
    ),
    (
        "syssequences",
        29,
        "seqid:S tabid:i start_val:8 inc_val:8 max_val:8 min_val:8 cycle:1 "
        "restart_val:8 cache:i order:1",
    ),
)
SYSMASTER_LAYOUTS = (
    ("sysdbslocale", 93, "dbs_dbsname:128 dbs_collate:32"),
    ("syssqlcurses", 94, "scs_sessionid:i scs_currdb:128"),
    (
        "sysdatabases",
        95,
        "name:128 partnum:i owner:o created:d is_logging:i is_buff_log:i is_ansi:i "
        "is_nls:i is_case_insens:i flags:s",
    ),
    ("sysdual", 96, "dummy:1"),
    (
        "syssessions",
        97,
        "sid:i username:o uid:s pid:i hostname:256 tty:16 connected:i feprogram:256 "
        "pooladdr:8 is_wlatch:i is_wlock:i is_wbuff:i is_wckpt:i is_wlogbuf:i "
        "is_wtrans:i is_monitor:i is_incrit:i state:i",
    ),
    (
        "syslocks",
        98,
        "dbsname:128 tabname:128 rowidlk:i keynum:s type:4 owner:i waiter:i",
    ),
    ("systabnames", 99, "partnum:i dbsname:128 owner:32 tabname:128 collate:32"),
)
# Other tables of the system catalog (SQR-9), about what the emulator does not have.
NOT_THERE = frozenset(
    (
        "sysaggregates",
        "sysams",
        "sysautolocate",
        "sysblobs",
        "syscasts",
        "syscheckudrdep",
        "syscolattribs",
        "sysdirectives",
        "sysdistrib",
        "sysdomains",
        "syserrors",
        "sysextcols",
        "sysextdfiles",
        "sysexternal",
        "sysfragauth",
        "sysfragdist",
        "sysfragments",
        "sysinherits",
        "syslangauth",
        "syslogmap",
        "sysnewdepend",
        "sysopclasses",
        "sysopclstr",
        "sysprocplan",
        "sysrepository",
        "sysroutinelangs",
        "sysseclabelauth",
        "sysseclabelcomponentelements",
        "sysseclabelcomponents",
        "sysseclabelnames",
        "sysseclabels",
        "syssecpolicies",
        "syssecpolicycomponents",
        "syssecpolicyexemptions",
        "syssurrogateauth",
        "systabamdata",
        "systraceclasses",
        "systracemsgs",
        "sysviolations",
        "sysxadatasources",
        "sysxasourcetypes",
        "sysxtddesc",
        "sysxtdtypeauth",
    )
)
# What sessions do shows at once, not only after a change of the catalog.
VOLATILE = frozenset(("syssessions", "syslocks", "syssqlcurses"))


def column_type(letter: str) -> SQLType:
    """Return the type a layout means."""
    found = _BY_LETTER.get(letter)
    if found is not None:
        return found
    length = int(letter)
    return t.varchar(length) if length == 255 else t.char(length)
