"""
LibreOffice as a converter: found, started with a profile of its own, fed one document after another, and ended.

One process keeps one office running and hands it documents through LibreOffice's own `oosplash`, which costs a tenth
of a start. An office ends after some documents, after a failure, and when this process ends in whatever way.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock

from parsers.errors import ReadError, ReadStatus

__all__ = ["DOCUMENTS_AN_OFFICE", "LIMIT_S", "close_office", "convert_to_docx", "find_soffice"]

LIMIT_S = 12.0
"""One try may take so long; there are two tries, the second in a fresh office."""

DOCUMENTS_AN_OFFICE = 64
_START_LIMIT_S = 15.0
_END_LIMIT_S = 5.0
_ADDRESS_SPACE_KB = 4_000_000
_SHELL = "/bin/sh"
_INSTALL = "install LibreOffice (Debian: apt-get install libreoffice-writer), or open the file and save it as DOCX"
_WORDS = ("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault", "--nofirststartwizard")

# The end of this process, however it comes, closes the input of this shell, and the shell ends the office.
_WATCH = 'home=$1; pipes=$2; shift 2; setsid "$@" </dev/null & read -r _; kill -s KILL -- "-$!" "$!"; wait; rm -rf "$home" /tmp/$pipes /var/tmp/$pipes'
_BOUNDED = f'ulimit -v {_ADDRESS_SPACE_KB}; exec "$@"'

_COMMON = "/org.openoffice.Office.Common"
_SETTINGS = (
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Security/Scripting", "DisableActiveContent", "true"),
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", "3"),
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    (f"{_COMMON}/Save/Document", "GenerateThumbnail", "false"),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
    ("/org.openoffice.Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("/org.openoffice.Office.Linguistic/SpellChecking", "IsSpellAuto", "false"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "zh-CN"),
)


def find_soffice() -> Path | None:
    """The program `soffice` of this machine, links followed; None where LibreOffice is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return Path(found).resolve() if found else None


def convert_to_docx(data: bytes, *, suffix: str, infilter: str) -> bytes:
    """
    The document as LibreOffice saves it to DOCX; `infilter` is LibreOffice's name of the format that is read.

    Raises ReadError with status `needs_libreoffice`, `limit` (time), or `failed`.
    """
    program = find_soffice()
    if program is None:
        raise ReadError(ReadStatus.NEEDS_LIBREOFFICE, f"LibreOffice, which reads such files, is not installed; {_INSTALL}")
    with _lock:
        try:
            return _office_of(program).convert(data, suffix, infilter)
        except (ReadError, OSError):  # an office that has had its day must not decide; a fresh one does
            close_office()
        try:
            return _office_of(program).convert(data, suffix, infilter)
        except ReadError:
            close_office()
            raise
        except OSError as exc:
            close_office()
            raise ReadError(ReadStatus.FAILED, f"LibreOffice cannot be run: {exc}") from exc


def close_office() -> None:
    """End the office of this process, if there is one, and remove its folder."""
    global _office
    office, _office = _office, None
    if office is not None:
        office.close()


class Office:
    """A running LibreOffice in a folder of its own; where it cannot be kept running, every document starts one."""

    def __init__(self, program: Path) -> None:
        self.documents = 0
        self._program = program
        self._home = Path(tempfile.mkdtemp(prefix="gongkai-office-"))
        self._profile = f"-env:UserInstallation={(self._home / 'profile').as_uri()}"
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._home), "TMPDIR": str(self._home), "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        _write_profile(self._home / "profile" / "user")
        try:
            self._watch = self._start()
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            raise

    def convert(self, data: bytes, suffix: str, infilter: str) -> bytes:
        """The document as DOCX. Raises ReadError, or OSError when the programs cannot be run."""
        self.documents += 1
        source = self._home / f"document{suffix}"
        target = source.with_suffix(".docx")
        source.write_bytes(data)
        program = self._program if self._watch is None else self._program.with_name("oosplash")
        self._run(
            [str(program), self._profile, *_WORDS, f"--infilter={infilter}", "--convert-to", "docx:MS Word 2007 XML",
             "--outdir", str(self._home), str(source)]
        )  # fmt: skip
        try:
            return target.read_bytes()
        except FileNotFoundError as exc:
            raise ReadError(
                ReadStatus.FAILED, f"LibreOffice cannot read this file as {infilter}; ask for the file again"
            ) from exc
        finally:
            source.unlink(missing_ok=True)
            target.unlink(missing_ok=True)

    def forget(self) -> None:
        """Let go of an office that is another process's."""
        if self._watch is not None and self._watch.stdin is not None:
            self._watch.stdin.close()

    def close(self) -> None:
        """End the office with all its processes, and remove the folder."""
        if self._watch is not None:
            _end(self._watch)
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, command: Sequence[str]) -> None:
        with subprocess.Popen(  # noqa: S603 - a list of our own words and file names
            [*_bounds(), *command], env=self._environment, cwd=self._home, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as client:  # fmt: skip
            try:
                client.communicate(timeout=LIMIT_S)  # the end of its output is seen at once, its own end only now and then
            except subprocess.TimeoutExpired as exc:
                raise ReadError(ReadStatus.LIMIT, f"LibreOffice took longer than {LIMIT_S:g} s; it was stopped") from exc
            finally:
                _kill_group(client)

    def _start(self) -> subprocess.Popen[bytes] | None:
        """The shell that watches over an office which waits for documents; None where there can be none."""
        if not (self._program.with_name("oosplash").exists() and shutil.which("setsid")):
            return None
        installation = self._profile.partition("=")[2].encode("utf-16-le")
        pipes = f"OSL_PIPE_*_SingleOfficeIPC_{''.join(f'{byte:x}' for byte in hashlib.md5(installation).digest())}"  # noqa: S324
        # A fresh profile makes the first start a double one, in which a document would be lost; an office without an open
        # document would end after the first conversion.
        self._run([str(self._program), self._profile, "--headless", "--terminate_after_init"])
        command = [*_bounds(), str(self._program), self._profile, *_WORDS, "private:factory/swriter"]
        watch = subprocess.Popen(  # noqa: S603 - as above
            [_SHELL, "-c", _WATCH, "watch", str(self._home), pipes, *command], env=self._environment, cwd="/", start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < end:
            if any(next(Path(folder).glob(pipes), None) for folder in ("/tmp", "/var/tmp")):  # noqa: S108 - where it puts them
                return watch
            time.sleep(0.05)
        _end(watch)
        _write_profile(self._home / "profile" / "user")  # the watch has removed it
        return None


def _forget_office() -> None:
    """After a fork: the office is the parent's, and a copy of its input held here would keep it alive."""
    global _office, _lock
    office, _office, _lock = _office, None, Lock()
    if office is not None:
        office.forget()


_office: Office | None = None
_lock = Lock()
atexit.register(close_office)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_office)


def _office_of(program: Path) -> Office:
    """The office of this process, a fresh one after so many documents."""
    global _office  # noqa: PLW0603 - one office a process
    if _office is not None and _office.documents >= DOCUMENTS_AN_OFFICE:
        close_office()
    if _office is None:
        _office = Office(program)
    return _office


@cache
def _bounds() -> tuple[str, ...]:
    """What stands before a command to bound its memory and to leave it without a network, as far as this machine can."""
    if not Path(_SHELL).exists():
        return ()
    bounded = (_SHELL, "-c", _BOUNDED, "bounded")
    for apart in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        with suppress(OSError):
            if subprocess.run([*bounded, *apart, "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603 - as above
                return (*bounded, *apart)
    return bounded


def _write_profile(folder: Path) -> None:
    """A profile in which a document loads nothing that it links, runs nothing, and asks nothing."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in _SETTINGS
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"{items}</oor:items>\n",
        "utf-8",
    )


def _end(watch: subprocess.Popen[bytes]) -> None:
    """Close the input of the watch, upon which it ends the office and removes the folder."""
    if watch.stdin is not None:
        watch.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        watch.wait(_END_LIMIT_S)


def _kill_group(leader: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()
