import { get, onSignedOut, send, useCsrf } from './http'
import type { Role, Session, User } from './types'

class Who {
  known = $state(false)
  user = $state<User | null>(null)
  roles = $state<Role[]>([])
  oidc = $state<string | null>(null)
  mustChange = $state(false)

  constructor() {
    onSignedOut(() => (this.user = null))
  }

  private take(session: Session) {
    useCsrf(session.csrf ?? '')
    this.user = session.user
    this.roles = session.roles
    this.oidc = session.oidc
    this.mustChange = session.must_change ?? false
    this.known = true
  }

  async ask() {
    this.take(await get<Session>('/api/v1/session'))
  }

  async signIn(email: string, password: string) {
    this.take(await send<Session>('POST', '/api/v1/session', { email, password }))
  }

  async signOut() {
    await send('DELETE', '/api/v1/session')
    await this.ask()
  }

  async changePassword(current: string, password: string) {
    this.take(await send<Session>('POST', '/api/v1/session/password', { current, password }))
  }

  /** Whether the user has one of these roles anywhere. */
  has(...roles: string[]): boolean {
    return this.roles.some((r) => roles.includes(r.role))
  }

  /** Whether the user may add or change projects. */
  get mayWrite(): boolean {
    return this.has('company', 'administrator')
  }

  /** Whether the user may run anything. */
  get mayRun(): boolean {
    return this.has('company', 'bank', 'agency', 'administrator')
  }
}

export const who = new Who()
