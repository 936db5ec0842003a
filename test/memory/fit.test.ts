import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Runs a program of fitPrograms.mjs in a process of its own. */
function run(name: string): Record<string, number> {
  const program = fileURLToPath(new URL('./fitPrograms.mjs', import.meta.url));
  const output = execFileSync(process.execPath, [program, name], { encoding: 'utf8' });
  return JSON.parse(output) as Record<string, number>;
}

describe('memory over long fits', () => {
  it('is flat over 20,000 steps', () => {
    const { steps, leaked, growth } = run('whole');
    expect(steps).toBe(20_000);
    expect(leaked).toBe(0);
    expect(growth).toBeLessThan(10);
  });

  it('is flat where epochs end early', () => {
    const { steps, leaked, growth } = run('earlyBreak');
    expect(steps).toBe(20_000);
    expect(leaked).toBe(0);
    expect(growth).toBeLessThan(10);
  });

  it.each(['thrownCallback', 'abort'])('leaves nothing after a fit that fails: %s', (name) => {
    const { failures, steps, leaked, growth } = run(name);
    expect(failures).toBe(400);
    expect(steps).toBeGreaterThan(19_000);
    expect(leaked).toBe(0);
    expect(growth).toBeLessThan(10);
  });
});
