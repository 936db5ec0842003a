import { HookList } from './hookList.js';
import type { LoadProblems, MutableKeyMismatch, StateDict } from './stateDict.js';

export type AnySavePreHook = (module: unknown, prefix: string, keepVars: boolean) => void;
export type AnySavePostHook = (module: unknown, state: StateDict, prefix: string) => void;
export type AnyLoadPreHook = (
  module: unknown,
  state: StateDict,
  prefix: string,
  problems: LoadProblems,
) => void;
export type AnyLoadPostHook = (module: unknown, mismatch: MutableKeyMismatch) => void;

/** The hooks of one module around the making and the loading of state dictionaries. */
export class StateHooks {
  readonly savePre = new HookList<AnySavePreHook>();
  readonly savePost = new HookList<AnySavePostHook>();
  readonly loadPre = new HookList<AnyLoadPreHook>();
  readonly loadPost = new HookList<AnyLoadPostHook>();

  get isEmpty(): boolean {
    const lists = [this.savePre, this.savePost, this.loadPre, this.loadPost];
    return lists.every((list) => list.isEmpty);
  }
}
