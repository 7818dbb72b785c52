import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LONG, type OpenLaboratory, openLaboratory, seeds } from './laboratory.js';

let laboratory: OpenLaboratory;
beforeAll(async () => {
  laboratory = await openLaboratory();
});
afterAll(async () => laboratory.close());

describe('whatever fails, nobody is rung twice, nobody is lost and no answer is missing', () => {
  it.each(seeds(27, 52))('in the run of seed %s', LONG, async (seed) => {
    const report = await laboratory.expectNoViolation(seed);
    expect(report.faultCount).toBeGreaterThan(30);
  });
});
