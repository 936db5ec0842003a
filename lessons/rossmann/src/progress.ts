import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a long piece of work is. */
export interface Progress {
  update(done: number, loss: number): void;
  stop(): void;
}

/** Standard error, or what stands for it. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** A bar on a terminal; elsewhere a plain line for every tenth of the work. */
export function showProgress(label: string, total: number, stream: ProgressStream): Progress {
  return stream.isTTY ? bar(label, total, stream) : lines(label, total, stream);
}

function bar(label: string, total: number, stream: ProgressStream): Progress {
  const single = new SingleBar(
    {
      format: `${label} |{bar}| {value}/{total} [{duration_formatted}<{eta_formatted}] loss {loss}`,
      stream,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  single.start(total, 0, { loss: '-' });
  return {
    update: (done, loss) => single.update(done, { loss: loss.toFixed(4) }),
    stop: () => single.stop(),
  };
}

function lines(label: string, total: number, stream: ProgressStream): Progress {
  let tenths = 0;
  return {
    update(done, loss) {
      const reached = Math.floor((10 * done) / total);
      if (reached === tenths) return;
      tenths = reached;
      stream.write(`${label} ${done}/${total} (${10 * reached}%) loss ${loss.toFixed(4)}\n`);
    },
    stop() {},
  };
}
