import { narrowed } from '../../tensor/elements.js';
import { FileFormatError } from '../fileFormatError.js';
import { decodeLong } from './integers.js';
import { Machine, type PickleWorld } from './machine.js';
import { NEWEST_PROTOCOL, Op } from './opcodes.js';
import type { PickleReader } from './reader.js';

/** Instructions that push a value which follows them. */
const values: readonly (readonly [op: number, read: (reader: PickleReader) => unknown])[] = [
  [Op.NONE, () => null],
  [Op.NEWTRUE, () => true],
  [Op.NEWFALSE, () => false],
  [Op.BININT, (r) => r.int32()],
  [Op.BININT1, (r) => r.uint8()],
  [Op.BININT2, (r) => r.uint16()],
  [Op.LONG1, (r) => decodeLong(r, r.uint8())],
  [Op.LONG4, (r) => decodeLong(r, r.uint32())],
  [Op.INT, (r) => integerLine(r.line())],
  [Op.LONG, (r) => integerLine(r.line())],
  [Op.BINFLOAT, (r) => r.float64()],
  [Op.FLOAT, (r) => floatLine(r.line())],
  [Op.BINUNICODE, (r) => r.text(r.uint32())],
  [Op.BINSTRING, (r) => r.text(r.uint32())],
  [Op.SHORT_BINUNICODE, (r) => r.text(r.uint8())],
  [Op.SHORT_BINSTRING, (r) => r.text(r.uint8())],
  [Op.BINUNICODE8, (r) => r.text(r.uint64())],
  [Op.UNICODE, (r) => r.line()],
  [Op.SHORT_BINBYTES, (r) => r.bytes(r.uint8())],
  [Op.BINBYTES, (r) => r.bytes(r.uint32())],
  [Op.BINBYTES8, (r) => r.bytes(r.uint64())],
  [Op.BYTEARRAY8, (r) => r.bytes(r.uint64())],
  [Op.EMPTY_TUPLE, () => []],
  [Op.EMPTY_LIST, () => []],
  [Op.EMPTY_DICT, () => new Map()],
  [Op.EMPTY_SET, () => new Set()],
];

/** Instructions that work on the machine. */
const actions: readonly (readonly [op: number, run: (machine: Machine) => void])[] = [
  [Op.PROTO, (m) => checkProtocol(m.reader.uint8())],
  [Op.FRAME, (m) => void m.reader.uint64()],
  [Op.MARK, (m) => m.mark()],
  [Op.POP, (m) => m.drop()],
  [Op.POP_MARK, (m) => void m.popMark()],
  [Op.DUP, (m) => m.push(m.top())],
  [Op.TUPLE1, (m) => m.push(m.popMany(1))],
  [Op.TUPLE2, (m) => m.push(m.popMany(2))],
  [Op.TUPLE3, (m) => m.push(m.popMany(3))],
  [Op.TUPLE, (m) => m.push(m.popMark())],
  [Op.LIST, (m) => m.push(m.popMark())],
  [Op.APPEND, (m) => m.append([m.pop()])],
  [Op.APPENDS, (m) => m.append(m.popMark())],
  [Op.DICT, makeDictionary],
  [Op.SETITEM, (m) => m.setItems(m.popMany(2))],
  [Op.SETITEMS, (m) => m.setItems(m.popMark())],
  [Op.FROZENSET, (m) => m.push(new Set(m.popMark()))],
  [Op.ADDITEMS, (m) => m.addItems(m.popMark())],
  [Op.PUT, (m) => m.remember(Number(m.reader.line()))],
  [Op.BINPUT, (m) => m.remember(m.reader.uint8())],
  [Op.LONG_BINPUT, (m) => m.remember(m.reader.uint32())],
  [Op.MEMOIZE, (m) => m.remember()],
  [Op.GET, (m) => m.push(m.recall(Number(m.reader.line())))],
  [Op.BINGET, (m) => m.push(m.recall(m.reader.uint8()))],
  [Op.LONG_BINGET, (m) => m.push(m.recall(m.reader.uint32()))],
  [Op.GLOBAL, (m) => m.push(m.global(m.reader.line(), m.reader.line()))],
  [Op.STACK_GLOBAL, (m) => m.push(m.global(...(m.popMany(2) as [unknown, unknown])))],
  [Op.REDUCE, (m) => m.push(m.reduce())],
  [Op.NEWOBJ, (m) => m.push(m.reduce())],
  [Op.BUILD, (m) => m.build()],
  [Op.BINPERSID, (m) => m.push(m.world.persistent(m.pop()))],
];

const instructions = new Map<number, (machine: Machine) => void>([
  ...values.map(([op, read]) => [op, (m: Machine) => m.push(read(m.reader))] as const),
  ...actions,
]);

/**
 * Reads one pickle, up to its `STOP`. It is a machine with a stack and a memo that runs no code:
 * what is called are functions of `world`. Dictionaries become Maps, lists and tuples arrays, sets
 * Sets, bytes Uint8Arrays, integers numbers where they are exact and bigints where not.
 * @throws FileFormatError for opcodes that are unknown or do not fit, and bytes that end too soon
 */
export function unpickle(reader: PickleReader, world: PickleWorld): unknown {
  const machine = new Machine(reader, world);
  for (;;) {
    const op = reader.uint8();
    if (op === Op.STOP) return machine.pop();
    const run = instructions.get(op);
    if (run === undefined) {
      throw new FileFormatError(
        `the pickle has the opcode 0x${op.toString(16)} at byte ${reader.position - 1}, ` +
          'which is unknown or not supported',
      );
    }
    run(machine);
  }
}

function checkProtocol(protocol: number): void {
  if (protocol > NEWEST_PROTOCOL) {
    throw new FileFormatError(
      `the pickle has protocol ${protocol}; ${NEWEST_PROTOCOL} is the newest that can be read`,
    );
  }
}

function makeDictionary(machine: Machine): void {
  const items = machine.popMark();
  machine.push(new Map());
  machine.setItems(items);
}

function integerLine(line: string): number | bigint | boolean {
  if (line === '00') return false;
  if (line === '01') return true;
  if (!/^-?\d{1,2000}L?$/.test(line)) throw new FileFormatError(`'${line}' is no whole number`);
  return narrowed(BigInt(line.replace('L', '')));
}

function floatLine(line: string): number {
  const value = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN }[line] ?? Number(line);
  if (Number.isNaN(value) && line !== 'nan') throw new FileFormatError(`'${line}' is no number`);
  return value;
}
