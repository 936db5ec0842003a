// A fit that fails in its worker thread.
export default function train() {
  throw new RangeError('no such rentals');
}
