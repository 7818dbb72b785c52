import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Copy, copyOfSources, PROJECT } from './sources.js';

interface Violation {
  rule: string;
  from: string;
  to: string;
}

const RULES = (
  createRequire(import.meta.url)(join(PROJECT, '.dependency-cruiser.cjs')) as {
    forbidden: { name: string }[];
  }
).forbidden.map((rule) => rule.name);

/** The checker takes 7 s of a core for the whole of src; CI may have less than one to give. */
const PATIENCE_MS = 180_000;

/** One file or more per rule, each of which breaks it. */
const PLANTED: Record<string, Record<string, string>> = {
  'domain-is-pure': {
    'src/contact/domain/planted-files.ts': `import 'node:fs';`,
    'src/contact/domain/planted-net.ts': `import 'node:net';`,
    'src/contact/domain/planted-http.ts': `import 'http';`,
    'src/contact/domain/planted-nest.ts': `import { Injectable } from '@nestjs/common'; export { Injectable };`,
    'src/contact/domain/planted-typeorm.ts': `import type { DataSource } from 'typeorm'; export type X = DataSource;`,
    'src/contact/domain/planted-pg.ts': `import pg from 'pg'; export { pg };`,
    'src/contact/domain/planted-uuid.ts': `import { v4 } from 'uuid'; export { v4 };`,
  },
  'domain-knows-no-shell': {
    'src/contact/domain/planted-tx.ts': `import type { Tx } from '../../shared/db/tx.js'; export type X = Tx;`,
    'src/contact/domain/planted-clock.ts': `import { Clock } from '../../shared/clock/clock.js'; export { Clock };`,
    'src/contact/domain/planted-rows.ts': `import '../planted-neighbour.js';`,
    'src/contact/planted-neighbour.ts': `export const x = 1;`,
  },
  'rooms-meet-in-contracts': {
    'src/campaign/planted.ts': `import '../contact/planted-neighbour.js';`,
    'src/scheduler/planted.ts': `import type { X } from '../campaign/domain/planted-pure.js'; export type Y = X;`,
    'src/campaign/domain/planted-pure.ts': `export type X = 1;`,
  },
  'contracts-are-leaves': {
    'src/campaign/contracts/planted.ts': `import '../planted-own.js';`,
    'src/campaign/planted-own.ts': `export const x = 1;`,
    'src/campaign/contracts/planted-clock.ts': `import { Clock } from '../../shared/clock/clock.js'; export { Clock };`,
  },
  'only-the-app-module-imports-modules': {
    'src/campaign/planted-room.ts': `import '../contact/planted.module.js';`,
    'src/contact/planted.module.ts': `export const x = 1;`,
    'src/shared/planted-shared.ts': `import './planted.module.js';`,
    'src/shared/planted.module.ts': `export const x = 1;`,
  },
  'shared-imports-no-room': {
    'src/shared/errors/planted.ts': `import type { X } from '../../campaign/contracts/planted-x.js'; export type Y = X;`,
    'src/campaign/contracts/planted-x.ts': `export type X = 1;`,
  },
  'carrier-simulator-imports-nothing': {
    'src/carrier-simulator/planted.ts': `import '../shared/errors/error-codes.js';`,
  },
  'nobody-imports-the-carrier-simulator': {
    'src/telephony/planted.ts': `import '../carrier-simulator/planted-target.js';`,
    'src/shared/ids/planted-simulator.ts': `import '../../carrier-simulator/planted-target.js';`,
    'src/carrier-simulator/planted-target.ts': `export const x = 1;`,
  },
  'only-the-twilio-provider-imports-twilio': {
    'src/telephony/planted-twilio.ts': `import twilio from 'twilio'; export { twilio };`,
    'src/telephony/providers/other/planted.ts': `import type { Twilio } from 'twilio'; export type X = Twilio;`,
    'src/telephony/planted-part.ts': `import 'twilio/lib/webhooks/webhooks.js';`,
  },
  'production-code-uses-dependencies': {
    'src/shared/ids/planted.ts': `import fc from 'fast-check'; export { fc };`,
  },
  'production-code-imports-no-test': {
    'src/shared/ids/planted-test.ts': `import '../../../test/support/test-clock.js';`,
  },
  'no-circular': {
    'src/survey/planted-a.ts': `import { b } from './planted-b.js'; export const a = () => b;`,
    'src/survey/planted-b.ts': `import { a } from './planted-a.js'; export const b = () => a;`,
  },
  'no-unresolvable': {
    'src/survey/planted-nowhere.ts': `import './nowhere.js';`,
  },
};
/** Planted for others to import and innocent themselves, or the other half of a cycle, which is reported once. */
const TARGETS = /planted-(neighbour|pure|own|x|target|b)[.]ts$|planted[.]module[.]ts$/;

function check(root: string, files: string[]): Violation[] {
  const program = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  // Exits with the number of errors, which is what this is about.
  const run = (args: string[]) => {
    try {
      return execFileSync(process.execPath, [program, ...args], {
        cwd: root,
        maxBuffer: 2 ** 28,
        stdio: 'pipe',
      });
    } catch (error) {
      const { stdout } = error as { stdout?: Buffer };
      if (stdout === undefined || stdout.length === 0) throw error;
      return stdout;
    }
  };
  const output = run([
    '--config',
    '.dependency-cruiser.cjs',
    '--preserve-symlinks',
    '--output-type',
    'json',
    ...files,
  ]);
  const { summary } = JSON.parse(output.toString()) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

describe('the rules of the house', () => {
  it(
    'hold',
    () => {
      expect(check(PROJECT, ['src', 'migrations', 'ormconfig.ts'])).toEqual([]);
    },
    PATIENCE_MS,
  );

  describe('with violations planted in a copy of the sources', () => {
    let copy: Copy;
    let found: Violation[];

    beforeAll(() => {
      copy = copyOfSources();
      const files = Object.assign({}, ...Object.values(PLANTED)) as Record<string, string>;
      copy.plant(files);
      found = check(copy.root, Object.keys(files));
    }, PATIENCE_MS);
    afterAll(() => copy.remove());

    it.each(RULES)('%s fails', (rule) => {
      const guilty = Object.keys(PLANTED[rule] ?? {}).filter((path) => !TARGETS.test(path));
      const caught = new Set(found.filter((violation) => violation.rule === rule).map(({ from }) => from));
      expect(guilty.length).toBeGreaterThan(0);
      expect(guilty.filter((path) => !caught.has(path))).toEqual([]);
    });
  });
});
