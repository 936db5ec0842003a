import { createHash } from 'node:crypto';
import { checkOptions, Tensor } from '@flambeau/core';

export interface AuditFacts {
  readonly modelVersion: string;
  readonly dataVersion: string;
  /** What was predicted of: plain data, bytes or a tensor. It is not recorded, its hash is. */
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

/** A record of one decision. */
export function auditRecord(given: AuditFacts): AuditRecord {
  checkOptions('auditRecord', given, facts);
  const { modelVersion, dataVersion, input, decision, override = null, time = new Date() } = given;
  const digest = createHash('sha256').update(bytesOf(input)).digest('hex');
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

function bytesOf(input: unknown): Uint8Array | string {
  if (input instanceof Uint8Array) return input;
  return JSON.stringify(input, sorted) ?? 'undefined';
}

/** The keys of objects in order; tensors as what they hold. */
function sorted(_key: string, value: unknown): unknown {
  if (value instanceof Tensor) {
    return { dtype: value.dtype, shape: value.shape, values: value.flatten().toArray() };
  }
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
