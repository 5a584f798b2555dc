import type { Text } from './lang.svelte'

/** What the service gives back, as `qinglu.store.values` has it. */
export type Role = { organisation: number; kind: string; role: string; name: string; name_zh: string }
export type User = { id: number; email: string; name: string; lang: 'zh' | 'en'; must_change: boolean }
export type Session = { user: User | null; roles: Role[]; scopes: string[]; csrf: string | null; must_change?: boolean; oidc: string | null }

export type Geometry = { type: string; coordinates: unknown }
export type Project = {
  id: number; organisation_id: number; code: string; version: number; name: string; name_zh: string
  country: string; country_given: string; sector: string; technology: string; capacity: number | null; capacity_unit: string
  stage: string; approved_on: string | null; construction_on: string | null; operation_on: string | null; closing_on: string | null
  cost: number | null; currency: string; shape: string; notes: string[]
  west: number | null; south: number | null; east: number | null; north: number | null
  published: boolean; archived: boolean; level: string; unknown: boolean; colour: string; run_id: number | null
  n_critical: number; n_warning: number; n_note: number; n_unknown: number; n_clear: number
  created_at: string; updated_at: string; extra?: Record<string, unknown>; geometry?: Geometry | null
}
export type Counts = { total: number; unknown: number; by: Record<string, Record<string, number>> }

export type Step = { kind: string; title: Text; text: Text; detail?: Record<string, unknown> }
export type Finding = {
  id: number; run_id: number; project_id: number; code: string; rule_id: string; level: string; measure: string
  value: number | null; unit: string; layer_id: string; layer_version: string
  explanation_zh: string; explanation_en: string; trace?: Step[] | null
}
export type Action = {
  id: number; project_id: number; finding_id: number | null; rule_id: string; title: string; owner: string
  due: string | null; state: string; proof: string; attachment_id: number | null; version: number; updated_at: string
}
export type Attachment = { id: number; project_id: number; name: string; type: string; size: number; title: string; published: boolean; by: string; at: string; sha256: string }
export type Version = { project_id: number; version: number; at: string; by: string; why: string; changes: Record<string, [unknown, unknown]> }
export type Comment = { id: number; by: string; kind: string; text: string; at: string; settled_at: string | null }
export type Run = { id: number; documents?: Stored[]; tool: string; state: string; judged_on: string | null; created_at: string; finished_at: string | null; versions: Record<string, unknown>; counts: Record<string, unknown> }
export type Portfolio = {
  id: number; name: string; source: string; state: string; n_read: number; n_kept: number; n_repaired: number; n_rejected: number
  fields: Record<string, string>; meta: Record<string, unknown>; at: string
}
export type PortfolioRow = { source_row: number; project_id: number | null; code: string; notes: string[]; reason: string; message_zh: string; message_en: string }
export type Stored = { name: string; sha256: string; type: string; size?: number; href: string }
export type Job = {
  id: number; kind: string; inputs: Record<string, unknown>; state: string; what: string; done: number; total: number
  result: (Record<string, unknown> & { documents?: Stored[]; run_id?: number }) | null; error: Record<string, unknown> | null; created_at: string; started_at: string | null; finished_at: string | null
}
export type Answer = { result: Record<string, unknown>; findings: Partial<Finding>[]; trace: Step[]; unverified: Record<string, unknown>[] }

export type Whole = Project & { run: Partial<Run> | null; may: string[] }

export type LayerItem = {
  id: string; role: string; title_zh: string; title_en: string; kind: string; layer_version: string; provider: string; licence: string; sha256: string
  open: boolean; enabled: boolean; updated_at: string
  record: { covers?: string[] | null; withheld?: string[]; provenance?: string; demonstration?: boolean; how_to_get?: Text }
}
export type Missing = { role: string; title: Text; how_to_get: Text }

export type Token = { id: number; prefix: string; name: string; scopes: string[]; created_at: string; expires_at: string; used_at: string | null; revoked_at: string | null }
export type Organisation = { id: number; kind: string; name: string; name_zh: string; countries: string[]; sectors: string[]; disabled: boolean; version: number; created_at: string }
export type Person = { id: number; email: string; name: string; lang: 'zh' | 'en'; disabled: boolean; must_change: boolean; created_at: string }
export type Membership = { id: number; user_id: number; organisation_id: number; role: string }
export type Share = { id: number; project_id: number; organisation_id: number; at: string }
