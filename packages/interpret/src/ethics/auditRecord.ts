import { createHash } from 'node:crypto';
import { checkOptions } from '@flambeau/core';
import { canonicalText } from './canonicalText.js';

export interface AuditFacts {
  readonly modelVersion: string;
  readonly dataVersion: string;
  /** What was predicted of: plain data, bytes, a tensor or an image. Its hash is recorded. */
  readonly input: unknown;
  readonly decision: unknown;
  /** What a person decided instead. */
  readonly override?: unknown;
  /** Default: now. */
  readonly time?: Date;
}

const facts = [
  'modelVersion',
  'dataVersion',
  'input',
  'decision',
  'override',
  'time',
] as const satisfies readonly (keyof AuditFacts)[];

/** What is known later of a decision, as JSON. */
export interface AuditRecord {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly modelVersion: string;
  readonly dataVersion: string;
  /** `sha256:` and hexadecimal digits. Objects have the same whatever the order of their keys. */
  readonly inputHash: string;
  readonly decision: unknown;
  /** null where no person has decided otherwise. */
  readonly override: unknown;
}

/**
 * A record of one decision.
 * @throws TypeError for an input that does not show what it holds, such as a function or a Map
 */
export function auditRecord(given: AuditFacts): AuditRecord {
  checkOptions('auditRecord', given, facts);
  const { modelVersion, dataVersion, input, decision, override = null, time = new Date() } = given;
  const content = input instanceof Uint8Array ? input : canonicalText(input);
  const digest = createHash('sha256').update(content).digest('hex');
  return {
    time: time.toISOString(),
    modelVersion,
    dataVersion,
    inputHash: `sha256:${digest}`,
    decision,
    override,
  };
}

/** Records one a line, to be appended to a file. */
export function toJsonLines(records: Iterable<AuditRecord>): string {
  return Array.from(records, (record) => `${JSON.stringify(record)}\n`).join('');
}
