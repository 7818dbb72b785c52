import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDataDirectory, LauncherError, messageOf, projectRoot } from './project.mjs';

/** Reads `.env` if there is one. What the shell sets wins. */
export function loadDotEnv() {
  const file = join(projectRoot, '.env');
  if (!existsSync(file)) return;
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new LauncherError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/**
 * The simulated carrier is used when it is asked for, or when nothing at all is configured; never beside a real account.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function usesSimulator(env) {
  if (env.TELEPHONY_PROVIDER) return env.TELEPHONY_PROVIDER === 'simulator';
  return (
    !env.DATABASE_URL && !Object.entries(env).some(([name, value]) => name.startsWith('TWILIO_') && value)
  );
}

/**
 * An environment in which tests and rehearsals see nothing of the user's configuration: no carrier account, no limits,
 * no database but the one they are given.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutConfiguration(env) {
  const names = documentedNames();
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !names.has(name) && !/^(TWILIO_|CARRIER_|SCHEDULER_|PG[A-Z])/.test(name),
    ),
  );
}

/**
 * `NAME=` in a copied `.env` means "not set", not "set to nothing".
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutEmpty(env) {
  const names = documentedNames();
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => value !== '' || !names.has(name)));
}

/** Every variable the application knows stands in `.env.example`. */
function documentedNames() {
  const example = readFileSync(join(projectRoot, '.env.example'), 'utf8');
  return new Set([...example.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name));
}

/**
 * @param {string} name file under `.data/`
 * @param {() => string} generate
 * @returns {{ value: string, file: string }} the secret made at the first run, readable by its owner only
 */
export function keptSecret(name, generate = () => randomBytes(32).toString('base64url')) {
  const file = join(ensureDataDirectory(), name);
  if (!existsSync(file)) writeFileSync(file, `${generate()}\n`, { mode: 0o600, flag: 'wx' });
  return { value: readFileSync(file, 'utf8').trim(), file };
}
