// Without signs that are taken for others when somebody reads them out.
const SIGNS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A password for one time: 20 signs drawn from the browser's own source of chance, each as likely as any other. */
export function secret(): string {
  const bound = 256 - (256 % SIGNS.length)
  let made = ''
  while (made.length < 20) for (const byte of crypto.getRandomValues(new Uint8Array(32))) if (byte < bound && made.length < 20) made += SIGNS[byte % SIGNS.length]
  return made
}
