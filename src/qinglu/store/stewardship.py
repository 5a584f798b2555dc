"""Layers and rules as stewards keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update

from ..errors import OptionError
from ..text import Text
from .access import Actor, require, visible
from .errors import ConflictError, NotFoundError
from .part import Part
from .records import LayerRecord, RuleRecord
from .schema import layers, rules
from .values import Page

_LAYER = Text("图层", "layer")
_RULE = Text("规则", "rule")
LAYER_FIELDS = (
    "role", "title_zh", "title_en", "kind", "layer_version", "provider", "licence", "sha256", "open", "enabled",
    "record",
)  # fmt: skip
RULE_STATES = ("draft", "adopted", "withdrawn")


class Stewardship(Part):
    """What is registered beside what is installed."""

    def layers(self, actor: Actor, *, role: str | None = None, enabled: bool | None = None) -> tuple[LayerRecord, ...]:
        """Layers that the actor may see, by id: all for users, open ones for everybody."""
        found = select(layers).where(visible(actor, layers))
        if role is not None:
            found = found.where(layers.c.role == role)
        if enabled is not None:
            found = found.where(layers.c.enabled == enabled)
        with self.db.read() as connection:
            return tuple(LayerRecord.of(r) for r in connection.execute(found.order_by(layers.c.id)).mappings())

    def layer(self, actor: Actor, layer_id: str) -> LayerRecord:
        """One layer that the actor may see."""
        with self.db.read() as connection:
            found = select(layers).where(layers.c.id == layer_id, visible(actor, layers))
            row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFoundError.of(_LAYER, layer_id[:80])
        return LayerRecord.of(row)

    def put_layer(
        self, actor: Actor, layer_id: str, given: Mapping[str, Any], expected_version: int = 0
    ) -> LayerRecord:
        """Register a layer (`expected_version` 0) or change the record of one.

        Raises
        ------
        ConflictError
            It is there already, or was changed meanwhile.
        """
        require(actor, "steward", kind=_LAYER, id=layer_id)
        if strange := sorted(set(given) - set(LAYER_FIELDS)):
            raise OptionError(
                Text(f"图层没有 {strange[0]} 这一项", f"a layer has no {strange[0]}"),
                Text(f"可用：{'、'.join(LAYER_FIELDS)}", f"Use {', '.join(LAYER_FIELDS)}"), where=strange[0],
            )  # fmt: skip
        if not layer_id or len(layer_id) > 128:
            raise OptionError(Text("图层编号为空或过长", "the id of a layer is empty or too long"), where="id")
        with self.db.write(actor) as tx:
            before = (
                tx.execute(select(layers).where(layers.c.id == layer_id).with_for_update()).mappings().one_or_none()
            )
            current = 0 if before is None else before["version"]
            if current != expected_version:
                raise ConflictError(
                    Text(f"图层 {layer_id} 现为第{current}版，而非第{expected_version}版",
                         f"layer {layer_id} is at version {current}, not {expected_version}"),
                    Text("请读取最新版本后再提交", "Read it again and send it once more"), current_version=current,
                )  # fmt: skip
            values = {**given, "version": current + 1, "updated_at": tx.now, "updated_by": actor.user_id}
            if before is None:
                tx.execute(insert(layers).values(**{"role": "other", "kind": "area"} | values, id=layer_id))
            else:
                tx.execute(update(layers).where(layers.c.id == layer_id).values(**values))
            old = None if before is None else {k: before[k] for k in given}
            tx.record("register" if before is None else "update", "layer", layer_id, before=old, after=dict(given))
            return LayerRecord.of(tx.execute(select(layers).where(layers.c.id == layer_id)).mappings().one())

    def rules(
        self, actor: Actor, *, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Page[RuleRecord]:
        """The newest version of every registered rule that the actor may see."""
        newest = select(func.max(rules.c.id)).group_by(rules.c.rule_id)
        conditions = [visible(actor, rules), rules.c.id.in_(newest)]
        if state is not None:
            conditions.append(rules.c.state == state)
        return self.page(rules, conditions, RuleRecord, "rule", cursor, limit)

    def rule_history(self, actor: Actor, rule_id: str) -> tuple[RuleRecord, ...]:
        """Every version of a registered rule, newest first."""
        found = select(rules).where(rules.c.rule_id == rule_id, visible(actor, rules)).order_by(rules.c.version.desc())
        with self.db.read() as connection:
            rows = tuple(RuleRecord.of(r) for r in connection.execute(found).mappings())
        if not rows:
            raise NotFoundError.of(_RULE, rule_id[:80])
        return rows

    def put_rule(
        self,
        actor: Actor,
        rule_id: str,
        *,
        document: str,
        record: Mapping[str, Any],
        state: str,
        expected_version: int = 0,
        why: str = "",
    ) -> RuleRecord:
        """Write the next version of a rule; earlier ones stay as they were.

        Raises
        ------
        ConflictError
            Somebody wrote a version meanwhile.
        """
        require(actor, "steward", kind=_RULE, id=rule_id)
        if state not in RULE_STATES:
            raise OptionError(
                Text(f"没有 {state!r} 这个状态", f"{state!r} is no state of a rule"),
                Text(f"可用：{'、'.join(RULE_STATES)}", f"Use {', '.join(RULE_STATES)}"), where="state",
            )  # fmt: skip
        with self.db.write(actor) as tx:
            current = tx.execute(select(func.max(rules.c.version)).where(rules.c.rule_id == rule_id)).scalar() or 0
            if current != expected_version:
                raise ConflictError(
                    Text(f"规则 {rule_id} 现为第{current}版，而非第{expected_version}版",
                         f"rule {rule_id} is at version {current}, not {expected_version}"),
                    Text("请读取最新版本后再提交", "Read it again and send it once more"), current_version=current,
                )  # fmt: skip
            row = tx.execute(insert(rules).values(
                rule_id=rule_id[:256], version=current + 1, document=document, record=dict(record), state=state,
                why=why, at=tx.now, user_id=actor.user_id,
            ).returning(*rules.c)).mappings().one()  # fmt: skip
            tx.record(
                "write", "rule", rule_id, after={"version": current + 1, "state": state, "record": record}, why=why
            )
            return RuleRecord.of(row)
