import { fileURLToPath } from 'node:url';

/** This package's folders, as they may stand in a stack. */
const ownFolders = ['dist/', 'src/'].flatMap((name) => {
  const folder = new URL(`../../${name}`, import.meta.url);
  return [folder.href, fileURLToPath(folder)];
});

/** Frames to look at: enough to reach the user's below ours. */
const depth = 40;

/** Where in the user's code this is called from, a line for each frame. */
export function userStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  const isOwn = (frame: string) => ownFolders.some((folder) => frame.includes(folder));
  const frames = stack.split('\n').slice(1);
  return frames
    .filter((frame) => !isOwn(frame))
    .slice(0, limit)
    .join('\n');
}
