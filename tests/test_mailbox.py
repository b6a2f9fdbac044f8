"""E-mail as a channel: what an address says, what arrives at a real server, and when nothing is sent."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.policy import default
from pathlib import Path

import pytest

from reports.channels import deliver
from reports.mailbox import mailbox
from reports.outward import ChannelError
from tests.mail_server import a_certificate, a_mailbox
from tests.robots import FILE, LETTER, PICTURE, a_resolver

TO = "from=kanban@county.example&to=shuji@county.example"


def words(message: Message, name: str) -> str:
    return str(make_header(decode_header(message[name])))


def test_e_mail_brings_text_picture_file_and_key() -> None:
    with a_mailbox() as post:
        more = "name=%E7%9C%8B%E6%9D%BF&cc=xianzhang@county.example&bcc=dangan@county.example&reply=office@county.example&+X-Tag=5"
        deliver(f"mailto://127.0.0.1:{post.port}?{TO}&{more}&mode=insecure", None, LETTER, "k-9")
        post.says = "554 no"
        with pytest.raises(ChannelError, match=r"没有收下\(邮件服务器应答 554\)"):
            deliver(f"mailto://127.0.0.1:{post.port}?{TO}&mode=insecure", None, LETTER, "k-9")
    (whom, raw), _refused = post.got
    assert whom == ["shuji@county.example", "xianzhang@county.example", "dangan@county.example"]
    assert b"dangan" not in raw
    message = message_from_bytes(raw, policy=default)
    assert words(message, "Subject") == "标题"
    assert words(message, "From") == "看板 <kanban@county.example>"
    told = {name: message[name] for name in ("To", "Cc", "Reply-To", "Idempotency-Key", "X-Tag")}
    assert list(told.values()) == ["shuji@county.example", "xianzhang@county.example", "office@county.example", "k-9", "5"]
    assert message["Message-ID"] == "<k-9@county.example>", "the same at each attempt"
    assert message.get_body().get_content().splitlines() == LETTER.text.splitlines()
    attached = {part.get_filename(): (part.get_content_type(), part.get_content()) for part in message.iter_attachments()}
    assert attached == {
        "kanban-k-9.png": ("image/png", PICTURE.content),
        "kanban-k-9.docx": ("application/x", FILE.content),
    }


def test_all_get_it_or_nobody_so_that_trying_again_sends_it_to_nobody_twice() -> None:
    with a_mailbox() as post:
        post.refuses = ("xianzhang@county.example",)
        address = f"mailto://127.0.0.1:{post.port}/xianzhang@county.example?{TO}&mode=insecure"
        with pytest.raises(ChannelError, match="应答 550") as told:
            deliver(address, None, LETTER, "k")
        assert "xianzhang" not in str(told.value)
        assert post.got == []
        post.refuses = ()
        deliver(address, None, LETTER, "k")
    assert [whom for whom, _ in post.got] == [["xianzhang@county.example", "shuji@county.example"]]


@pytest.mark.parametrize("first_byte", [False, True], ids=["STARTTLS", "TLS from the first byte"])
def test_a_password_goes_over_tls_to_the_name_of_the_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_byte: bool) -> None:
    certificate = a_certificate(tmp_path, "gateway.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr("socket.getaddrinfo", a_resolver(["127.0.0.1"]))
    with a_mailbox(certificate, first_byte=first_byte) as post:
        mode = "&mode=ssl" if first_byte else ""
        deliver(f"mailtos://kanban:geheim@gateway.example:{post.port}?to=shuji@county.example{mode}", None, LETTER, "k")
    assert post.signed_in == [("kanban", "geheim", True)]
    assert len(post.got) == 1


def test_a_wrong_password_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = a_certificate(tmp_path, "gateway.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr("socket.getaddrinfo", a_resolver(["127.0.0.1"]))
    with a_mailbox(certificate) as post, pytest.raises(ChannelError, match="不认用户名或密码"):
        deliver(f"mailtos://kanban:falsch@gateway.example:{post.port}?to=shuji@county.example", None, LETTER, "k")
    assert post.got == []


def test_a_password_goes_in_the_clear_only_where_the_address_says_so() -> None:
    with a_mailbox() as post:
        for scheme in ("mailto", "mailtos"):
            with pytest.raises(ChannelError, match="不支持加密"):
                deliver(f"{scheme}://kanban:geheim@127.0.0.1:{post.port}?{TO}", None, LETTER, "k")
        assert (post.got, post.signed_in) == ([], [])
        deliver(f"mailto://kanban:geheim@127.0.0.1:{post.port}?{TO}&mode=insecure", None, LETTER, "k")
    assert post.signed_in == [("kanban", "geheim", False)]
    assert len(post.got) == 1


WAYS = {
    "mailtos://u:p@mail.county.example?to=b@c.example": ("mail.county.example", 587, "starttls", "u", "u@mail.county.example"),
    "mailtos://mail.county.example?from=a@c.example": ("mail.county.example", 587, "starttls", "", "a@c.example"),
    "mailto://u:p@mail.county.example": ("mail.county.example", 587, "starttls", "u", "u@mail.county.example"),
    "mailto://mail.county.example?from=a@c.example": ("mail.county.example", 25, "insecure", "", "a@c.example"),
    "mailto://mail.county.example:587?from=a@c.example": ("mail.county.example", 587, "starttls", "", "a@c.example"),
    "mailto://u:p@mail.county.example:465": ("mail.county.example", 465, "ssl", "u", "u@mail.county.example"),
    "mailto://u:p@mail.county.example?mode=SSL": ("mail.county.example", 465, "ssl", "u", "u@mail.county.example"),
    "mailtos://u:p@county.example?smtp=10.1.2.3&mode=insecure": ("10.1.2.3", 25, "insecure", "u", "u@county.example"),
    "mailtos://a%40c.example:p%40q@10.1.2.3": ("10.1.2.3", 587, "starttls", "a@c.example", "a@c.example"),
    "mailtos://kanban:p@163.com?to=b@c.example": ("smtp.163.com", 465, "ssl", "kanban@163.com", "kanban@163.com"),
    "mailtos://kanban:p@qq.com:587?to=b@c.example": ("smtp.qq.com", 587, "starttls", "kanban@qq.com", "kanban@qq.com"),
    "mailto://[fd00::5]:2525?from=a@c.example": ("fd00::5", 2525, "insecure", "", "a@c.example"),
}


@pytest.mark.parametrize("address", WAYS)
def test_an_address_says_the_server_and_how_it_is_spoken_to(address: str) -> None:
    to = mailbox(address)
    assert to is not None
    assert (to.host, to.port, to.mode, to.user, to.sender[1]) == WAYS[address]


def test_several_are_named_in_the_path_and_after_to() -> None:
    to = mailbox("mailto://h.example/a@c.example/b%40c.example?to=c@c.example;d@c.example, 张三 <e@c.example>&from=x@c.example&verify=no")
    assert to is not None
    assert [each[0] for each in to.everybody] == ["a", "b", "c", "d", "e"]
    assert not to.verified


def test_a_traceback_tells_nothing_that_opens_a_mailbox() -> None:
    assert "geheim" not in repr(mailbox("mailtos://u:geheim@mail.county.example?pass=geheim2"))
