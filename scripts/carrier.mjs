#!/usr/bin/env node
// The carrier simulator alone, configured by CARRIER_* variables (src/carrier-simulator/README.md).
import { existsSync } from 'node:fs';

const main = new URL('../dist/src/carrier-simulator/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('carrier: nothing is built yet, run: npm run build');
  process.exit(1);
}
await import(main.href);
