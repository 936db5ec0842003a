/** What one epoch reports. */
export interface EpochResult {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validLoss: number;
  readonly expRmspe: number;
  readonly seconds: number;
}

const columns = ['epoch', 'train_loss', 'valid_loss', 'exp_rmspe', 'time'];
const width = 12;

/** The heading of fast.ai's table of epochs. */
export function tableHeader(): string {
  return line(columns);
}

/** One line of it: losses and metrics with 6 decimals, the time as mm:ss or h:mm:ss. */
export function tableRow(result: EpochResult): string {
  const { epoch, trainLoss, validLoss, expRmspe, seconds } = result;
  const figures = [trainLoss, validLoss, expRmspe].map((figure) => figure.toFixed(6));
  return line([String(epoch), ...figures, formatTime(seconds)]);
}

/** 75 is '01:15', 3675 is '1:01:15'. */
export function formatTime(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [whole / 3600, (whole / 60) % 60, whole % 60].map(Math.floor);
  const clock = `${twoDigits(minutes as number)}:${twoDigits(rest as number)}`;
  return hours ? `${hours}:${clock}` : clock;
}

const twoDigits = (count: number) => String(count).padStart(2, '0');

function line(cells: readonly string[]): string {
  return cells
    .map((cell) => cell.padEnd(width))
    .join('')
    .trimEnd();
}
