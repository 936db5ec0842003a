// Messages of TensorFlow's event.proto, summary.proto, histogram.proto and tensor.proto, as far as
// TensorBoard needs them. The numbers are those of their fields.
import { PbfWriter } from 'pbf';

/** The distribution of many numbers. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Upper ends of the buckets. */
  readonly bucketLimit: readonly number[];
  readonly bucket: readonly number[];
}

/** An encoded picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB, 4 RGBA. */
  readonly channels: number;
  readonly png: Uint8Array;
}

export type SummaryValue = { readonly tag: string } & (
  | { readonly scalar: number }
  | { readonly histogram: Histogram }
  | { readonly text: string }
  | { readonly picture: Picture }
);

export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly content: { readonly fileVersion: string } | { readonly value: SummaryValue };
}

const stringDType = 7;

export function encodeEvent({ wallTime, step, content }: Event): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, wallTime);
  if (step !== undefined) pbf.writeVarintField(2, step);
  if ('fileVersion' in content) pbf.writeStringField(3, content.fileVersion);
  else
    pbf.writeMessage(
      5,
      (value, summary) => summary.writeMessage(1, writeValue, value),
      content.value,
    );
  return pbf.finish();
}

function writeValue(value: SummaryValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.tag);
  if ('scalar' in value) pbf.writeFloatField(2, value.scalar);
  else if ('picture' in value) pbf.writeMessage(4, writePicture, value.picture);
  else if ('histogram' in value) pbf.writeMessage(5, writeHistogram, value.histogram);
  else {
    pbf.writeMessage(8, writeStringTensor, value.text);
    pbf.writeMessage(9, writeMetadata, 'text');
  }
}

function writeHistogram(histogram: Histogram, pbf: PbfWriter): void {
  pbf.writeDoubleField(1, histogram.min);
  pbf.writeDoubleField(2, histogram.max);
  pbf.writeDoubleField(3, histogram.num);
  pbf.writeDoubleField(4, histogram.sum);
  pbf.writeDoubleField(5, histogram.sumSquares);
  pbf.writePackedDouble(6, [...histogram.bucketLimit]);
  pbf.writePackedDouble(7, [...histogram.bucket]);
}

function writePicture({ width, height, channels, png }: Picture, pbf: PbfWriter): void {
  pbf.writeVarintField(1, height);
  pbf.writeVarintField(2, width);
  pbf.writeVarintField(3, channels);
  pbf.writeBytesField(4, png);
}

/** A TensorProto of one string. */
function writeStringTensor(text: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, stringDType);
  pbf.writeMessage(
    2,
    (size, shape) => shape.writeMessage(2, (n, dim) => dim.writeVarintField(1, n), size),
    1,
  );
  pbf.writeStringField(8, text);
}

/** The SummaryMetadata that names the plugin which shows the value. */
function writeMetadata(plugin: string, pbf: PbfWriter): void {
  pbf.writeMessage(1, (name, data) => data.writeStringField(1, name), plugin);
}
