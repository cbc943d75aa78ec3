/** PGPASSWORD is one that `pg` reads by itself. Windows compares names without case. */
const SECRET =
  /^(ENCRYPTION_KEY|INTERNAL_SECRET(_PREVIOUS)?|BOOTSTRAP_(CLIENT_SECRET|PASSWORD)|(TEST_)?DATABASE_URL(_[A-Z]+)?|REDIS_URL|TLS_KEY|IDENTITY_CLIENT_KEY|PGPASSWORD)$/i;

/** Whether the value of a setting must not leave this server. */
export function isSecretSetting(name: string): boolean {
  return SECRET.test(name);
}
