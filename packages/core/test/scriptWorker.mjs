// Runs the TorchScript module in the file that it is given, and ends while it is still alive.
import { parentPort, workerData } from 'node:worker_threads';
import { torch } from '@flambeau/core';

const net = torch.jit.load(workerData);
const y = net.call(torch.ones([2, 3]));
y.sum().backward();
parentPort.postMessage(y.shape);
