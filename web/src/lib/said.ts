import { lang } from './lang.svelte'
import type { Finding } from './types'

/** What a finding says, without its level, which stands beside it, and its rule, which is behind "why?". */
export function said(f: Partial<Finding>): string {
  const whole = (lang.now === 'zh' ? f.explanation_zh : f.explanation_en) ?? ''
  const body = whole.replace(/^(Clear|Note|Warning|Critical|Unknown|无|提示|警示|严重|未知)\s*[:：]\s*/, '')
  const without = body.split(lang.now === 'zh' ? '依据：' : ' Rule: ')[0] ?? body
  return without.charAt(0).toUpperCase() + without.slice(1)
}
