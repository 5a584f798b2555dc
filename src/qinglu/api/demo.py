"""``qinglu serve --demo``: the embedded example in the register, and somebody of each role to look at it as."""

from __future__ import annotations

import secrets

from .. import example
from .. import portfolio as portfolios
from ..store import SYSTEM, Store
from ..text import Text
from ..workspace import Workspace

_COMPANY = "Demo company"
_ORGANISATIONS = {
    "company": (_COMPANY, "演示企业"), "bank": ("Demo bank", "演示银行"), "agency": ("Demo agency", "演示主管部门"),
    "other": ("Demo operator", "演示运维方"),
}  # fmt: skip
_USERS = (
    ("company", "company"), ("bank", "bank"), ("agency", "agency"), ("other", "steward"), ("other", "administrator"),
    ("company", "reader"),
)  # fmt: skip
_SHARED, _PUBLISHED = 12, 6


def make_demo(store: Store, workspace: Workspace) -> tuple[Text, ...]:
    """Make it, where it is not there yet; what to tell the person at the terminal.

    The projects are registered at once and screened by the worker.
    """
    if any(o.name == _COMPANY for o in store.organisations(SYSTEM)):
        return (Text("演示数据已在，未作改动", "the demo is there already; nothing was changed"),)
    own = {
        kind: store.create_organisation(
            SYSTEM, kind=kind, name=name, name_zh=name_zh,
            countries=("*",) if kind == "agency" else (), sectors=("*",) if kind == "agency" else (),
        ).id
        for kind, (name, name_zh) in _ORGANISATIONS.items()
    }  # fmt: skip
    told = [Text("演示用户（密码只显示这一次）：", "Demo users (passwords are shown only now):")]
    users: dict[str, int] = {}
    for kind, role in _USERS:
        email, password = f"{role}@demo.localhost", secrets.token_urlsafe(12)
        user = store.create_user(SYSTEM, email=email, name=f"Demo {role}", password=password)
        store.add_member(SYSTEM, user.id, own[kind], role)
        # Random already and known to nobody else: it need not be changed at once.
        store.set_password(store.actor_for(user.id), user.id, password, current=password)
        users[role] = user.id
        told.append(Text(f"  {email}  {password}", f"  {email}  {password}"))
    _projects(store, workspace, users["company"], own)
    return tuple(told)


def _projects(store: Store, workspace: Workspace, user_id: int, own: dict[str, int]) -> None:
    actor = store.actor_for(user_id)
    path = example.portfolio_path()
    with path.open("rb") as source:
        sha256, _ = store.put_document(actor, source)
    record = store.add_portfolio(actor, own["company"], name="Example / 示例", source=path.name, sha256=sha256)
    read = portfolios.read(path, settings=workspace.settings)
    read = portfolios.flag_country_mismatch(read, *workspace.atlas.countries())
    _, ids = store.register_portfolio(actor, record.id, read)
    for n, project_id in enumerate(sorted(ids.values())):
        if n < _SHARED:
            store.share_project(actor, project_id, own["bank"])
        if n < _PUBLISHED:
            version = store.project(actor, project_id).version
            store.update_project(actor, project_id, {"published": True}, version, why="demo")
    inputs = {"portfolio": record.id, "rules": "all", "ledger": True, "demonstration": True}
    store.enqueue(actor, "portfolio", inputs, organisation_id=own["company"])
