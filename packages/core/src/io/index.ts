export { UnsafeGlobalError } from './checkpoint/globals.js';
export { type LoadCheckpointOptions, load } from './checkpoint/load.js';
export { save } from './checkpoint/save.js';
export { FileFormatError } from './fileFormatError.js';
export {
  loadNpy,
  loadNpz,
  type NpzOptions,
  type NumpyLoadOptions,
  saveNpy,
  saveNpz,
} from './numpy/index.js';
export * as safetensors from './safetensors.js';
export {
  type LoadOptions,
  loadFile,
  SafetensorsFile,
  safeOpen,
  saveFile,
} from './safetensors.js';
export { SafetensorsError } from './safetensorsHeader.js';
export { readStateFile, type StateContent, writeStateFile } from './stateFile.js';
