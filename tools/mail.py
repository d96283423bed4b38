"""Private mail servers for the length of a test run: Dovecot (IMAP, LMTP) and Exim (SMTP) on loopback, gone afterwards.

Both are Debian's own (`apt-get install dovecot-imapd dovecot-lmtpd exim4-daemon-light`), run without rights in a folder of
their own and on free ports. Exim takes mail for anybody and hands it to Dovecot, where every user has the same password;
mail for `@gone.test` is refused after it was taken, so that a real delivery report comes back.
"""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.postgres import free_port

INSTALL = "sudo apt-get install -y --no-install-recommends dovecot-imapd dovecot-lmtpd exim4-daemon-light"
PASSWORD = "mail-of-a-test"
EXIM_USER = "Debian-exim"
WAIT_SECONDS = 30

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 50
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""

EXIM = """
primary_hostname = mail.test
spool_directory = {folder}/spool
log_file_path = {folder}/exim-%s.log
pid_file_path = {folder}/exim.pid
daemon_smtp_ports = {smtp}
local_interfaces = 127.0.0.1
acl_smtp_rcpt = anybody
tls_advertise_hosts =
keep_environment =
deliver_drop_privilege = true
remote_max_parallel = 4
smtp_accept_max = 50
message_size_limit = 30M
begin acl
anybody:
  accept
begin routers
gone:
  driver = redirect
  domains = gone.test
  data = ":fail: 550 5.1.1 User unknown"
  allow_fail
crm:
  driver = manualroute
  domains = crm.test
  condition = {has_crm}
  transport = to_crm
  route_list = * 127.0.0.1
  self = send
everybody:
  driver = manualroute
  transport = to_dovecot
  route_list = * 127.0.0.1
  self = send
begin transports
to_crm:
  driver = smtp
  protocol = lmtp
  port = {crm}
  allow_localhost
  hosts_try_chunking =
to_dovecot:
  driver = smtp
  protocol = lmtp
  port = {lmtp}
  allow_localhost
  hosts_try_chunking =
begin retry
* * F,1h,1s
"""


@dataclass(frozen=True)
class Servers:
    """Where they listen. ``imap_url(user)`` as REGULARS_IMAP_URL wants it; ``crm`` is a port for an LMTP server of ours."""

    smtp: int
    imap: int
    lmtp: int
    crm: int

    @property
    def smtp_url(self) -> str:
        """As REGULARS_SMTP_URL wants it."""
        return f"smtp://127.0.0.1:{self.smtp}"

    def imap_url(self, user: str, folder: str = "INBOX") -> str:
        """The mailbox of ``user``, made when it is first opened."""
        return f"imap://{user.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{self.imap}/{folder}"


def find(name: str) -> str | None:
    """The program ``name``, also where only root's path has it."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/lib/dovecot:/usr/libexec/dovecot")


def lacking() -> str:
    """What has to be installed before they run here; empty when nothing."""
    if not (find("dovecot") and find("exim4") and find("lmtp")):
        return INSTALL
    return (
        ""
        if os.geteuid() == 0 or _belongs_to_exim()
        else f"sudo usermod -a -G {EXIM_USER} {pwd.getpwuid(os.geteuid()).pw_name}"
    )


def _belongs_to_exim() -> bool:
    """Whether we may start Exim's daemon without being root."""
    return EXIM_USER in {grp.getgrgid(one).gr_name for one in os.getgroups()}


def _account(name: str, folder: Path) -> tuple[list[str], pwd.struct_passwd]:
    """What to put before a command so that it has no rights, and whose account that is; the folder becomes theirs."""
    folder.mkdir()
    folder.chmod(0o755)
    if os.geteuid() != 0:
        return [], pwd.getpwuid(os.geteuid())
    account = pwd.getpwnam(name)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ["runuser", "-u", account.pw_name, "--"], account


def _wait(port: int, server: subprocess.Popen[bytes], logs: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = "".join(one.read_text(errors="replace")[-2_000:] for one in logs.rglob("*log"))
    raise RuntimeError(f"a mail server did not start:\n{said}")


@contextmanager
def private_servers(*, with_crm: bool = False) -> Iterator[Servers]:
    """Yield both, running. ``with_crm``: mail for ``@crm.test`` goes to an LMTP server of ours instead of to Dovecot.

    Raises:
        RuntimeError: one did not start within half a minute, or is not installed.
    """
    if lacking():
        raise RuntimeError(f"there are no mail servers here: {lacking()}")
    folder = Path(tempfile.mkdtemp(prefix="regulars-mail-"))
    folder.chmod(0o755)
    started: list[subprocess.Popen[bytes]] = []
    try:
        servers = Servers(free_port(), free_port(), free_port(), free_port())
        ports = {"imap": servers.imap, "lmtp": servers.lmtp, "smtp": servers.smtp, "crm": servers.crm}
        for program, words, user, template in (
            ("dovecot", ["-F", "-c"], "nobody", DOVECOT), ("exim4", ["-bdf", "-q1s", "-C"], EXIM_USER, EXIM),
        ):  # fmt: skip
            own = folder / program
            before, account = _account(user, own)
            path = folder / f"{program}.conf"
            facts = {
                "folder": own, "user": account.pw_name, "group": grp.getgrgid(account.pw_gid).gr_name, "uid": account.pw_uid,
                "gid": account.pw_gid, "password": PASSWORD, "has_crm": "yes" if with_crm else "no", **ports,
            }  # fmt: skip
            path.write_text(template.format(**facts))
            path.chmod(0o644)  # whatever files are usually made with here
            with (folder / f"{program}.log").open("wb") as log:
                command = [*before, str(find(program)), *words, str(path)]
                started.append(subprocess.Popen(command, cwd=own, stdout=log, stderr=log))
        _wait(servers.imap, started[0], folder)
        _wait(servers.smtp, started[1], folder)
        yield servers
    finally:
        for one in started:
            one.terminate()
        for one in started:
            try:
                one.wait(timeout=10)
            except subprocess.TimeoutExpired:
                one.kill()
        shutil.rmtree(folder, ignore_errors=True)
