"""Signing in: what is kept, what is throttled, what expires; users and roles as an administrator keeps them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from qinglu.errors import OptionError
from qinglu.store import PUBLIC, SYSTEM, ExistsError, ForbiddenError, NotFoundError, SignInError, ThrottledError
from qinglu.store import schema as t
from qinglu.store.passwords import hashed

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    """The same algorithm with less work: these tests sign in dozens of times."""
    from argon2 import PasswordHasher

    from qinglu.store import accounts, passwords

    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    for module in (accounts, passwords):
        monkeypatch.setattr(module, "hasher", lambda: quick)


@pytest.fixture
def user(store, world):
    made = store.create_user(world.admin, email="Li@Example.org", name="李", password=PASSWORD, lang="zh")
    store.add_member(world.admin, made.id, world.organisations["company"], "company")
    return made


def sign_in(store, password=PASSWORD, address="192.0.2.1"):
    return store.sign_in("li@example.ORG ", password, address=address)


def test_a_session_from_sign_in_to_sign_out(store, user):
    opened = sign_in(store)
    actor, session = store.session(opened.secret)
    assert (actor.user_id, actor.name, actor.lang, session.user_id) == (user.id, "li@example.org", "zh", user.id)
    assert opened.user.must_change  # an administrator chose this password
    store.close_session(opened.secret)
    store.close_session(opened.secret)
    with pytest.raises(SignInError):
        store.session(opened.secret)


def test_no_secret_is_kept(store, user):
    opened = sign_in(store)
    with store.db.read() as connection:
        kept = connection.execute(select(t.sessions.c.secret)).scalars().all()
        password = connection.execute(select(t.users.c.password).where(t.users.c.id == user.id)).scalar_one()
    assert opened.secret not in kept
    assert password.startswith("$argon2id$")
    assert PASSWORD not in password


@pytest.mark.parametrize("password", ["", "wrong horse battery", "x" * 10_000, "p\x00"])
def test_a_wrong_password_and_an_unknown_user_are_told_alike(store, user, password):
    with pytest.raises(SignInError) as wrong:
        sign_in(store, password)
    with pytest.raises(SignInError) as unknown:
        store.sign_in("nobody@example.org", password, address="192.0.2.1")
    assert wrong.value.what == unknown.value.what


def test_a_user_of_an_identity_provider_has_no_password(store, world):
    made = store.create_user(world.admin, email="o@example.org", subject="https://id.example.org 7")
    assert store.user_by_subject("https://id.example.org 7").id == made.id
    for guess in ("", "None", "null"):
        with pytest.raises(SignInError):
            store.sign_in("o@example.org", guess, address="192.0.2.1")
    assert store.open_session(made.id).user.id == made.id


def test_failures_are_throttled_by_account_and_forgiven_in_time(store, user, clock):
    for _ in range(10):
        with pytest.raises(SignInError):
            sign_in(store, "wrong", address="192.0.2.1")
    with pytest.raises(ThrottledError) as told:
        sign_in(store, address="198.51.100.9")  # the right password, from elsewhere: still no
    assert 0 < told.value.retry_after_s <= 15 * 60
    clock.pass_(seconds=told.value.retry_after_s)
    sign_in(store)


def test_failures_are_throttled_by_address(store, user):
    for n in range(50):
        with pytest.raises(SignInError):
            store.sign_in(f"guess{n}@example.org", "wrong", address="192.0.2.66")
    with pytest.raises(ThrottledError):
        sign_in(store, address="192.0.2.66")
    sign_in(store, address="192.0.2.67")


def test_success_does_not_use_up_attempts(store, user):
    for _ in range(25):
        sign_in(store)


def test_sessions_end_when_idle_and_after_a_week_at_most(store, user, clock):
    idle, busy = sign_in(store), sign_in(store)
    for _ in range(4):
        clock.pass_(hours=11)
        store.session(busy.secret)
    with pytest.raises(SignInError):
        store.session(idle.secret)
    for _ in range(12):
        clock.pass_(hours=11)
        try:
            store.session(busy.secret)
        except SignInError:
            break
    else:
        pytest.fail("a session outlived a week")
    assert store.tidy(SYSTEM) >= 2


def test_a_rotated_session_is_void_at_once_and_lives_no_longer(store, user, clock):
    first = sign_in(store)
    clock.pass_(hours=1)
    second = store.rotate_session(first.secret)
    with pytest.raises(SignInError):
        store.session(first.secret)
    _, session = store.session(second.secret)
    assert session.expires_at == first.session.expires_at


def test_a_new_password_ends_every_session(store, world, user):
    opened = sign_in(store)
    actor, _ = store.session(opened.secret)
    with pytest.raises(SignInError):
        store.set_password(actor, user.id, "another horse entirely", current="wrong")
    with pytest.raises(OptionError):
        store.set_password(actor, user.id, "short", current=PASSWORD)
    with pytest.raises(ForbiddenError):
        store.set_password(world.rival, user.id, "another horse entirely")
    store.set_password(actor, user.id, "another horse entirely", current=PASSWORD)
    with pytest.raises(SignInError):
        store.session(opened.secret)
    assert not sign_in(store, "another horse entirely").user.must_change


def test_a_token_has_its_scopes_and_no_more(store, world, user, clock):
    actor = store.actor_for(user.id)
    secret, made = store.make_token(actor, name="script", scopes=["read"], lasts=timedelta(days=30))
    assert secret.startswith("ql_")
    assert secret.startswith(made.prefix)
    narrow = store.token(secret)
    assert narrow.scopes == {"read"}
    with pytest.raises(ForbiddenError):
        store.create_project(narrow, world.organisations["company"], {"code": "1"})
    with pytest.raises(OptionError):  # a token cannot give itself more
        store.make_token(narrow, name="wider", scopes=["write"], lasts=timedelta(days=1))
    assert [x.name for x in store.tokens(actor)] == ["script"]
    assert store.tokens(actor)[0].used_at is not None
    with pytest.raises(NotFoundError):
        store.revoke_token(world.rival, made.id)
    store.revoke_token(actor, made.id)
    with pytest.raises(SignInError):
        store.token(secret)
    secret, _ = store.make_token(actor, name="short", scopes=["read"], lasts=timedelta(hours=1))
    clock.pass_(hours=1)
    with pytest.raises(SignInError):
        store.token(secret)


@pytest.mark.parametrize(
    ("scopes", "lasts"),
    [([], timedelta(days=1)), (["root"], timedelta(days=1)), (["read"], timedelta(days=400)), (["read"], timedelta(0))],
)
def test_a_token_that_cannot_be_is_refused(store, user, scopes, lasts):
    with pytest.raises(OptionError):
        store.make_token(store.actor_for(user.id), name="x", scopes=scopes, lasts=lasts)
    with pytest.raises(OptionError):
        store.make_token(PUBLIC, name="x", scopes=["read"], lasts=timedelta(days=1))


def test_a_disabled_user_is_out_at_once(store, world, user):
    opened = sign_in(store)
    secret, _ = store.make_token(store.actor_for(user.id), name="x", scopes=["read"], lasts=timedelta(days=1))
    store.update_user(world.admin, user.id, {"disabled": True})
    for again in (lambda: store.session(opened.secret), lambda: store.token(secret), lambda: sign_in(store)):
        with pytest.raises(SignInError):
            again()


def test_a_disabled_organisation_gives_no_rights(store, world, user):
    store.update_organisation(world.admin, world.organisations["company"], {"disabled": True}, 1)
    assert store.actor_for(user.id).memberships == ()


def test_the_first_administrator_is_made_once(store_url, tmp_path):
    from qinglu.store import Store

    with Store.open(store_url, tmp_path) as store:
        once = store.first_administrator("boss@example.org")
        assert once
        actor, _ = store.session(store.sign_in("boss@example.org", once, address="").secret)
        assert actor.administers
        assert store.first_administrator("other@example.org") is None
        assert [u.must_change for u in store.users(SYSTEM)] == [True]


def test_the_last_administrator_stays(store, world):
    role = next(r for r in store.members(world.admin) if r.role == "administrator")
    for leave in (
        lambda: store.remove_member(world.admin, role.id), lambda: store.update_user(world.admin, role.user_id, {"disabled": True}),
        lambda: store.update_organisation(world.admin, world.organisations["admin"], {"disabled": True}, 1),
    ):  # fmt: skip
        with pytest.raises(ForbiddenError):
            leave()
    assert store.actor_for(role.user_id).administers


def test_only_an_administrator_keeps_people(store, world):
    for actor in (world.company, world.bank, world.agency, world.steward, PUBLIC):
        for deed in (
            lambda a: store.create_user(a, email="x@example.org"), lambda a: store.create_organisation(a, kind="bank", name="x"),
            store.users, lambda a: store.add_member(a, 1, 1, "administrator"),
            lambda a: store.update_organisation(a, 1, {"name": "x"}, 1), lambda a: store.update_user(a, 1, {"disabled": True}),
        ):  # fmt: skip
            if actor.user_id == 1 and deed is store.users:
                continue
            with pytest.raises(ForbiddenError):
                deed(actor)


def test_an_email_is_taken_once_whatever_its_case(store, world, user):
    with pytest.raises(ExistsError):
        store.create_user(world.admin, email="LI@example.org")


def test_a_hash_is_never_the_same_twice():
    assert hashed(PASSWORD) != hashed(PASSWORD)
