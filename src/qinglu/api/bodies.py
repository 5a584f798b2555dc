"""Bodies of requests. They say what may be there; what a value may be, the store says in both languages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

MOST = 2**63 - 1
Id = Annotated[int, Path(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(max_length=4096, description="Of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows a page")]
Number = Annotated[int, Field(ge=1, le=MOST)]
Named = Annotated[str, Field(max_length=500)]


class Body(BaseModel):
    """Nothing but what is declared."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Body):
    """E-mail and password."""

    email: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=1024)]


class OwnPassword(Body):
    """A new password for oneself."""

    current: Annotated[str, Field(max_length=1024)]
    password: Annotated[str, Field(max_length=1024)]


class NewPassword(Body):
    """A one-time password for somebody else."""

    password: Annotated[str, Field(max_length=1024)]


class TokenWanted(Body):
    """A token for oneself."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: Annotated[list[str], Field(max_length=16)]
    days: Annotated[float, Field(gt=0, le=366, description="How long it lasts, in days")] = 90


class UserWanted(Body):
    """A new user."""

    email: Annotated[str, Field(max_length=320)]
    name: Annotated[str, Field(max_length=320)] = ""
    password: Annotated[str | None, Field(max_length=1024)] = None
    lang: Literal["zh", "en"] = "en"


class UserChanges(Body):
    """What of a user changes."""

    email: Annotated[str, Field(max_length=320)] | None = None
    name: Annotated[str, Field(max_length=320)] | None = None
    lang: Literal["zh", "en"] | None = None
    disabled: bool | None = None


class OrganisationWanted(Body):
    """A new organisation."""

    kind: str
    name: Annotated[str, Field(max_length=320)]
    name_zh: Annotated[str, Field(max_length=320)] = ""
    countries: Annotated[list[str], Field(max_length=500)] = []
    sectors: Annotated[list[str], Field(max_length=500)] = []


class OrganisationChanges(Body):
    """What of an organisation changes."""

    kind: str | None = None
    name: Annotated[str, Field(max_length=320)] | None = None
    name_zh: Annotated[str, Field(max_length=320)] | None = None
    countries: Annotated[list[str], Field(max_length=500)] | None = None
    sectors: Annotated[list[str], Field(max_length=500)] | None = None
    disabled: bool | None = None
    version: Number | None = None


class MemberWanted(Body):
    """A role for a user."""

    user_id: Number
    role: str


class ProjectChanges(Body):
    """What of a project changes; geometry as GeoJSON in WGS 84 longitude/latitude."""

    code: str | None = None
    name: str | None = None
    name_zh: str | None = None
    country: str | None = None
    country_given: str | None = None
    sector: str | None = None
    technology: str | None = None
    stage: str | None = None
    capacity: float | None = None
    capacity_unit: str | None = None
    approved_on: date | None = None
    construction_on: date | None = None
    operation_on: date | None = None
    closing_on: date | None = None
    cost: float | None = None
    currency: str | None = None
    extra: dict[str, Any] | None = None
    geometry: dict[str, Any] | None = None
    published: bool | None = None
    archived: bool | None = None
    why: Named = ""
    version: Number | None = None


class ProjectWanted(ProjectChanges):
    """A new project."""

    organisation: Number | None = None
    code: str


class Said(Body):
    """A comment; an agency may return a project with one."""

    text: Annotated[str, Field(max_length=10_000)]
    kind: Literal["comment", "return"] = "comment"


class ActionChanges(Body):
    """What of an action changes."""

    title: str | None = None
    owner: str | None = None
    due: date | None = None
    state: str | None = None
    proof: str | None = None
    rule_id: str | None = None
    finding_id: Number | None = None
    attachment_id: Number | None = None
    version: Number | None = None


class ActionWanted(ActionChanges):
    """A new action."""

    project: Number
    title: str


class RunWanted(Body):
    """A screening of projects that are in the register."""

    projects: Annotated[list[Number], Field(min_length=1, max_length=100_000)]
    organisation: Number | None = None
    rules: Literal["screening", "all"] = "screening"
    ledger: bool = False
    on: date | None = None
    buffer_km: Annotated[list[float], Field(min_length=1, max_length=8)] = [1.0, 5.0, 10.0, 50.0]
    layers: Annotated[list[str], Field(max_length=200)] | None = None


class Remapping(Body):
    """Columns named by hand: field to column."""

    fields: dict[str, Named]
    rules: Literal["screening", "all"] = "screening"
    ledger: bool = False
    on: date | None = None


class LayerGiven(Body):
    """The record of a layer as a steward keeps it."""

    role: str | None = None
    title_zh: str | None = None
    title_en: str | None = None
    kind: str | None = None
    layer_version: str | None = None
    provider: str | None = None
    licence: str | None = None
    open: bool | None = None
    enabled: bool | None = None
    version: int | None = None


def given(body: BaseModel, *without: str) -> dict[str, Any]:
    """What the client sent, and nothing it left out."""
    return body.model_dump(exclude_unset=True, exclude={*without})
